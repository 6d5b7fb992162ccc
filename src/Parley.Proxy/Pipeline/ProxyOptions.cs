namespace Parley.Proxy;

/// <summary>Options of the proxy core. Read at start; later changes have no defined effect.</summary>
public sealed class ProxyOptions
{
    /// <summary>How long a branch of an INVITE may stay without a final response after its last provisional one (timer C, more than 3 minutes by RFC 3261 16.6 step 11).</summary>
    public TimeSpan TimerC { get; set; } = TimeSpan.FromSeconds(185);

    /// <summary>Times of branches, and when the next targets are tried, of requests that are relayed without options of their own.</summary>
    public RelayOptions Relay { get; } = new();

    /// <summary>Max-Forwards put into a request that has none (RFC 3261 16.6 step 3).</summary>
    public int MaxForwards { get; set; } = 70;

    /// <summary>Two Record-Routes when a request changes its listener, address family or transport here (RFC 5658).</summary>
    public bool DoubleRecordRoute { get; set; } = true;

    /// <summary>The From tag as ftag= in Record-Route, which gives the direction of later requests.</summary>
    public bool RecordRouteFromTag { get; set; } = true;

    /// <summary>
    /// The key of the proof in Record-Routes (<see cref="SipContext.RecordRouteProof"/>): 16 secret bytes. The same after a restart, the proofs
    /// written before still count; empty, the default: a random one, and they do not.
    /// </summary>
    public ReadOnlyMemory<byte> RouteKey { get; set; }

    /// <summary>Server header of the proxy's own responses; none when null.</summary>
    public string? ServerHeader { get; set; }

    /// <summary>The most branches that one request may be forwarded to, whatever the targets; further targets are left out.</summary>
    public int MaxBranches { get; set; } = 16;

    /// <summary>
    /// Max-Breadth put into a request that has none, and the most that is taken over from one that has it: how many branches of it may be under way at once, here and
    /// at all proxies behind (RFC 5393 5.3.3). A parallel fork for which it does not suffice is answered 440.
    /// </summary>
    public int MaxBreadth { get; set; } = 60;

    /// <summary>
    /// The most branches that one request may get here each time it comes back to this proxy, all returns together (the first time <see cref="MaxBranches"/> holds).
    /// What loop detection cannot see ends here, whatever Max-Forwards says; answered 440.
    /// </summary>
    public int MaxSpiralBranches { get; set; } = 60;

    /// <summary>
    /// How often one request may come back to this proxy, by its Vias, whether it loops or spirals; one time more is answered 482. Holds within dialogs too, where a Route set
    /// that names this proxy again and again would otherwise go round until Max-Forwards ends it.
    /// </summary>
    public int MaxReturns { get; set; } = 10;

    /// <summary>Contacts of a 3xx become new targets instead of going upstream (RFC 3261 16.7 step 4).</summary>
    public bool RecurseOnRedirect { get; set; }

    /// <summary>Requests longer than this leave over TCP where the target is UDP and a TCP listener is there (RFC 3261 18.1.1); bytes.</summary>
    public int MaxDatagramRequest { get; set; } = 1300;

    /// <summary>Handle every request without transactions (RFC 3261 16.11): nothing forks, nothing is repeated.</summary>
    public bool Stateless { get; set; }

    /// <summary>Look for loops by a hash in our own Via (RFC 5393 4.2); <see cref="MaxSpiralBranches"/> and Max-Forwards end them anyway.</summary>
    public bool DetectLoops { get; set; } = true;

    /// <summary>How long stopping waits for requests that have no final response yet.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a deferred request waits for its decision (<see cref="Deferring.Defer"/>) where that call names no limit: a millisecond to an hour.</summary>
    public TimeSpan DeferLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Warns (events 3021 to 3023) of a handler, hook or callback that keeps its receive loop for longer than this without returning or awaiting, since nothing else is
    /// received by that loop meanwhile. 20 ms or more; zero, the default: nothing is watched, and nothing is paid. At most 6 lines a minute.
    /// </summary>
    public TimeSpan HandlerWarning { get; set; }

    /// <summary>Retry-After of the 503 that new INVITEs get while draining; seconds.</summary>
    public int DrainRetryAfter { get; set; } = 30;

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(DeferLimit, TimeSpan.FromMilliseconds(1), nameof(DeferLimit));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(DeferLimit, TimeSpan.FromHours(1), nameof(DeferLimit));
        if (HandlerWarning != TimeSpan.Zero)
            ArgumentOutOfRangeException.ThrowIfLessThan(HandlerWarning, TimeSpan.FromMilliseconds(20), nameof(HandlerWarning));
    }
}
