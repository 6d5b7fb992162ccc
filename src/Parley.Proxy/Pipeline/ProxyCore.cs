using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>The core above the transactions: takes requests in, gives them a context and runs the pipeline on it (validation, modules, handler).</summary>
internal sealed class ProxyCore : ITransactionUser
{
    private readonly byte[] _serverHeader;
    private int _unanswered;

    public ProxyCore(
        IServiceProvider services,
        ProxyOptions options,
        ISipTransport transport,
        TimerService timers,
        SipRandom random,
        TimeProvider time,
        ISipServerLocator locator,
        ILogger logger
    )
    {
        Services = services;
        Options = options;
        Transport = transport;
        Time = time;
        Timers = timers;
        Random = random;
        RouteProofs = new RouteProofKey(options.RouteKey, random, time);
        Locator = locator;
        Logger = logger;
        Spirals = new SpiralBudget(time);
        options.Check();
        if (options.HandlerWarning > TimeSpan.Zero)
            Watchdog = new HandlerWatchdog(options.HandlerWarning, time, logger);
        Contexts = new Pool<SipContext>(() => new SipContext(this));
        _serverHeader = options.ServerHeader is { } server ? Encoding.UTF8.GetBytes($"Server: {server}\r\n") : [];
    }

    public IServiceProvider Services { get; }

    public ProxyOptions Options { get; }

    public ISipTransport Transport { get; }

    public TimeProvider Time { get; }

    public TimerService Timers { get; }

    public SipRandom Random { get; }

    public RouteProofKey RouteProofs { get; }

    public ISipServerLocator Locator { get; }

    public ILogger Logger { get; }

    /// <summary>Set right after construction: the layer needs the core first.</summary>
    public TransactionLayer Transactions { get; set; } = null!;

    /// <summary>Null: nothing watches how long handlers take.</summary>
    public HandlerWatchdog? Watchdog { get; }

    public ProxyCounters Counters { get; } = new();

    public Pool<SipContext> Contexts { get; }

    public SpiralBudget Spirals { get; }

    public TargetCache Targets { get; } = new();

    public Pool<SipBranch> Branches { get; } = new(static () => new SipBranch());

    public Pool<SipEdits> Edits { get; } = new(static () => new SipEdits());

    public SipRequestHandler? Handler { get; set; }

    public SipBranchHandler[] BranchHooks { get; set; } = [];

    public SipReplyHandler[] ReplyHooks { get; set; } = [];

    public SipRequestHandler[] FailureHooks { get; set; } = [];

    public Action<LocalRequest>[] LocalHooks { get; set; } = [];

    public IProxyModule[] Modules { get; set; } = [];

    public bool IsDraining { get; set; }

    public ReadOnlySpan<byte> ServerHeader => _serverHeader;

    /// <summary>Requests without a final response.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    public void RequestBegins() => Interlocked.Increment(ref _unanswered);

    public void RequestAnswered() => Interlocked.Decrement(ref _unanswered);

    /// <summary>Resolves outside the strand's synchronization context.</summary>
    /// <param name="uri">What to find.</param>
    /// <param name="places">Where what is found goes.</param>
    /// <param name="cause">The source of the request that makes us ask; default for a request of our own.</param>
    public ValueTask<bool> LocateAsync(SipUri uri, List<SipTarget> places, SipEndPoint cause = default)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return Locator.LocateAsync(uri, places, cause, CancellationToken.None);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    public bool Admit(SipMessage request, in SipFlow source)
    {
        if (!Options.Stateless)
            return true;
        RunStateless(request, source);
        return false;
    }

    public void OnRequest(ServerTransaction transaction)
    {
        SipContext context = Contexts.Rent();
        context.Begin(transaction);
        transaction.User = context.Relay;
        Counters.CountRequest(context.Method);
        if (IsDraining && context.Method == SipMethod.Invite && !context.IsInDialog)
            Refuse(context);
        else
            Handle(context);
        context.Relay.EndOfFirstCall();
    }

    public void OnCancel(ServerTransaction invite, SipMessage cancel) => (invite.User as ResponseContext)?.OnCancel(cancel);

    public void OnAck(SipMessage ack, in SipFlow source) => RunStateless(ack, source);

    public void OnStrayResponse(SipMessage response, in SipFlow source)
    {
        if (!StatelessRelay.TryForwardResponse(this, response, source))
            Counters.Count(ProxyCounter.StrayReplies);
    }

    private void RunStateless(SipMessage request, in SipFlow source)
    {
        SipContext context = Contexts.Rent();
        context.BeginStateless(request, source);
        Counters.CountRequest(context.Method);
        Strand strand = context.Strand;
        if (!strand.TryEnter())
        {
            // Only when something of a former request on this context was posted late; it leaves in a moment.
            SpinWait.SpinUntil(strand.TryEnter);
        }

        long version = context.Relay.Version;
        try
        {
            if (context.Method == SipMethod.Ack || !IsDraining || context.Method != SipMethod.Invite || context.IsInDialog)
                Handle(context);
            else
                Refuse(context);
            context.Relay.EndOfFirstCall();
            if (context.Relay.Version == version)
                context.Detach();
        }
        finally
        {
            strand.Leave();
        }
    }

    private void Refuse(SipContext context)
    {
        Counters.Count(ProxyCounter.Drained);
        context.ReplyInStrand(503, null, Encoding.ASCII.GetBytes($"Retry-After: {Options.DrainRetryAfter}\r\n"));
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to modules: whatever they throw is a 500.")]
    private void Handle(SipContext context)
    {
        Watchdog?.Enter(context, "handler");
        try
        {
            Pass(context);
        }
        catch (Exception error)
        {
            context.HookFailed("module", error);
            context.ReplyInStrand(500, null, default);
        }
        finally
        {
            Watchdog?.Leave();
        }
    }

    private void Pass(SipContext context)
    {
        if (!RequestValidation.Admit(context))
            return;
        foreach (IProxyModule module in Modules)
            module.OnRequest(context);
        if (context.IsAnswered)
            return;
        if (Handler is { } handler)
            context.RunHandler(handler);
        else
            context.ReplyInStrand(501, null, default);
    }
}
