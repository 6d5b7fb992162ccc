using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// The dialog module of one application: it follows requests (<see cref="IProxyModule"/>) and answers to modules (<see cref="IDialogApi"/>, in
/// DialogModule.Api.cs). The dialogs know it as <see cref="DialogRuntime"/>.
/// </summary>
internal sealed partial class DialogModule : DialogRuntime, IProxyModule
{
    // Whose request runs on this thread: the service provider need not be asked several times per call.
    [ThreadStatic]
    private static IServiceProvider? t_services;

    [ThreadStatic]
    private static DialogModule? t_module;

    private readonly DialogActionRunner _runner;
    private readonly DialogMatching _matching;
    private readonly InDialogRouting _routing;
    private readonly PingRequests _pings;

    public DialogModule(
        DialogOptions options,
        TimerService timers,
        TimeProvider time,
        SipRandom random,
        SipTimerOptions sipTimers,
        LocalRequests? localRequests = null,
        ILoggerFactory? loggers = null,
        CallRecords? callRecords = null,
        ISipTransport? transport = null
    )
        : base(timers, time, options.ToSettings(sipTimers), new DialogLog(loggers?.CreateLogger("Parley.Dialogs") ?? NullLogger.Instance))
    {
        Options = options;
        CallRecords = callRecords;
        Steps = localRequests?.CallSteps;
        Transport = transport;
        RecordRouteParameter = Encoding.ASCII.GetBytes(options.RecordRouteParameter);
        Table = new DialogTable(options.HashSize, random);
        InviteFollowers = new FollowerPool<InviteFollower>(pool => new InviteFollower(pool, Table.Slots));
        AsyncCallbacks = new AsyncCallbackWork(Counters, loggers?.CreateLogger("Parley.Dialogs.Callbacks") ?? (ILogger)NullLogger.Instance);
        Statistics = new DialogStatistics(Table, Counters);
        Callbacks = new DialogCallbacks(loggers, CreatedCallbacks) { Existing = () => Table.Snapshot(includeDeleted: false) };
        Profiles = new DialogProfileTable(options, random.Next()) { Finder = Table.Find };
        Requests = new DialogRequests(this, localRequests!, options.PrackTimeout);
        var byes = new ByeRequests(this, localRequests!);
        _runner = new DialogActionRunner(this, Profiles, Callbacks, byes, sender: this);
        _matching = new DialogMatching(Table, options, RecordRouteParameter, _runner);
        _routing = new InDialogRouting(_matching, options, Counters, Log);
        _pings = new PingRequests(this, options, Requests);
        TimerTarget = new DialogTimers(Table.Slots, _pings, Log);
    }

    public DialogOptions Options { get; }

    public DialogTable Table { get; }

    public DialogCallbacks Callbacks { get; }

    /// <summary>The queues of handlers that may await.</summary>
    public AsyncCallbackWork AsyncCallbacks { get; }

    public DialogProfileTable Profiles { get; }

    public DialogStatistics Statistics { get; }

    public DialogRequests Requests { get; }

    /// <summary>Brings dialogs back from a store; null without one.</summary>
    public DialogLoader? Loader { get; set; }

    /// <summary>Followers of initial INVITEs that wait for their next one.</summary>
    public FollowerPool<InviteFollower> InviteFollowers { get; }

    /// <summary>The name of the Record-Route parameter.</summary>
    public byte[] RecordRouteParameter { get; }

    public void OnRequest(SipContext context)
    {
        CurrentDialog.Set(null);
        t_services = context.Services;
        t_module = this;
        if (context.IsInDialog)
            return;
        context.RecordRouteProof = context.Method == SipMethod.Invite ? RouteProofKind.Call : RouteProofKind.Subscription;
        if (Holds is { RefusesCalls: true } holds && context.Method == SipMethod.Invite)
        {
            holds.CountRefusal();
            context.Reply(503, null, holds.RetryAfter);
        }
    }

    public void OnRouted(SipContext context)
    {
        if (context.IsInDialog)
            _matching.Match(context, Options.MatchMode);
    }

    /// <inheritdoc/>
    public override void Run(Dialog dialog, in DialogAction action) => _runner.Run(dialog, in action);

    /// <summary>Gives the feed's readers an intermediate record.</summary>
    public void PublishIntermediate(Dialog dialog, CallRecord record) => _runner.PublishIntermediate(dialog, record);

    /// <inheritdoc/>
    public override Task<SequentialReply> SendSequentialAsync(Dialog dialog, SequentialRequest request) =>
        Requests.SendSequentialAsync(dialog, request);

    /// <summary>The module of the request's application when a request of it ran last on this thread; else null, and the services know.</summary>
    internal static DialogModule? Of(SipContext context) => ReferenceEquals(t_services, context.Services) ? t_module : null;
}
