using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;

namespace Parley.Dialogs;

/// <summary>The dialog module of one application: it follows requests (<see cref="IProxyModule"/>) and answers to modules (<see cref="IDialogApi"/>).</summary>
internal sealed partial class DialogModule : IProxyModule
{
    [ThreadStatic]
    private static Dialog? t_current;

    // Whose request runs on this thread: the service provider need not be asked several times per call.
    [ThreadStatic]
    private static IServiceProvider? t_services;

    [ThreadStatic]
    private static DialogModule? t_module;

    private readonly TimeProvider _time;

    public DialogModule(
        DialogOptions options,
        TimerService timers,
        TimeProvider time,
        SipRandom random,
        SipTimerOptions sipTimers,
        LocalRequests? localRequests = null,
        ILoggerFactory? loggers = null
    )
    {
        options.Validate();
        Options = options;
        Timers = timers;
        LocalRequests = localRequests!;
        _time = time;
        RecordRouteParameter = Encoding.ASCII.GetBytes(options.RecordRouteParameter);
        ExtraHeaderLines = Encoding.UTF8.GetBytes(options.ExtraHeaderLines);
        LeastDeleteDelay = (long)(64 * sipTimers.T1.TotalMilliseconds);
        DeleteDelay = Math.Max(LeastDeleteDelay, (long)(options.DeleteDelay ?? TimeSpan.Zero).TotalMilliseconds);
        Log = new DialogLog(loggers?.CreateLogger("Parley.Dialogs") ?? NullLogger.Instance);
        Table = new DialogTable(options.HashSize, random);
        DialogTimers = new DialogTimers(timers, Table.Slots, Log);
        InviteRelays = new RelayPool<InviteRelay>(pool => new InviteRelay(pool, Table.Slots));
        Statistics = new DialogStatistics(Table);
        Callbacks = new DialogCallbacks(loggers) { Existing = () => Table.Snapshot(includeDeleted: false) };
        Profiles = new DialogProfileTable(options, random.Next()) { Finder = Table.Find };
        Feed = new DialogFeed();
    }

    public DialogOptions Options { get; }

    public LocalRequests LocalRequests { get; }

    public TimerService Timers { get; }

    public DialogTable Table { get; }

    /// <summary>Timers whose target is a dialog of the table.</summary>
    public DialogTimers DialogTimers { get; }

    public DialogCallbacks Callbacks { get; }

    public DialogProfileTable Profiles { get; }

    public DialogUserFlagTable UserFlags { get; } = new();

    public DialogFeed Feed { get; }

    public DialogStatistics Statistics { get; }

    public DialogLog Log { get; }

    /// <summary>Followers of requests within dialogs that wait for their next one.</summary>
    public RelayPool<InDialogRelay> InDialogRelays { get; } = new(static pool => new InDialogRelay(pool));

    /// <summary>Followers of initial INVITEs that wait for their next one.</summary>
    public RelayPool<InviteRelay> InviteRelays { get; }

    /// <summary>The name of the Record-Route parameter.</summary>
    public byte[] RecordRouteParameter { get; }

    /// <summary>Header lines for BYEs of the proxy's own.</summary>
    public byte[] ExtraHeaderLines { get; }

    /// <summary>64*T1, milliseconds: how long a transaction of an ended dialog can live.</summary>
    public long LeastDeleteDelay { get; }

    /// <summary>Milliseconds.</summary>
    public long DeleteDelay { get; }

    /// <summary>The timers' milliseconds.</summary>
    public long Now => Timers.Now;

    public long UnixMilliseconds => _time.GetUtcNow().ToUnixTimeMilliseconds();

    // A thread may serve several applications.
    public Dialog? Current => t_current is { } current && current.Module == this ? current : null;

    public void OnRequest(SipContext context)
    {
        t_current = null;
        t_services = context.Services;
        t_module = this;
        if (!context.IsInDialog)
            context.RecordRouteProof = context.Method == SipMethod.Invite ? RouteProofKind.Call : RouteProofKind.Subscription;
    }

    public void OnRouted(SipContext context)
    {
        if (context.IsInDialog)
            DialogMatching.Match(this, context, Options.MatchMode);
    }

    /// <summary>The module of the request's application when a request of it ran last on this thread; else null, and the services know.</summary>
    internal static DialogModule? Of(SipContext context) => ReferenceEquals(t_services, context.Services) ? t_module : null;

    /// <summary>Makes a dialog the current one of this thread; the one before comes back.</summary>
    internal static Dialog? SetCurrent(Dialog? dialog)
    {
        Dialog? before = t_current;
        t_current = dialog;
        return before;
    }
}
