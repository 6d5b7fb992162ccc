using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>What the parts of the proxy share: options, network, clock, counters, pools. Knows neither requests nor the application.</summary>
internal sealed class ProxyCore
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
        Holds = new Pool<ReplyHold>(() => new ReplyHold(Holds!));
        options.Check();
        if (options.HandlerWarning > TimeSpan.Zero)
            Watchdog = new HandlerWatchdog(options.HandlerWarning, time, logger);
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

    /// <summary>Where the steps of calls go.</summary>
    public CallSteps Steps { get; } = new();

    public SpiralBudget Spirals { get; }

    public TargetCache Targets { get; } = new();

    public Pool<SipBranch> Branches { get; } = new(static () => new SipBranch());

    /// <summary>Responses that wait; see <see cref="SipContext.HoldReply"/>.</summary>
    public Pool<ReplyHold> Holds { get; }

    public Pool<SipEdits> Edits { get; } = new(static () => new SipEdits());

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
}
