namespace Parley.Proxy;

/// <summary>How long branches may take, and when the next targets are tried. May be shared by many requests; not to be changed while it is in use.</summary>
public sealed class RelayOptions
{
    private TimeSpan? _firstResponseTimeout;
    private TimeSpan? _finalResponseTimeout;

    /// <summary>
    /// How long a branch may stay without any response, a 100 included, at each address that it is sent to. Then the next address of the same
    /// target is tried (RFC 3263 4.3), else the branch fails with <see cref="FailureReason.NoResponse"/>. Null, the default: 64*T1 (timers B and
    /// F), which also end a branch before a longer time given here.
    /// </summary>
    /// <remarks>
    /// A request other than INVITE has no 100 before T2 (RFC 4320 4.2): the time must suffice for its final response. An INVITE that was given
    /// up is cancelled when a late provisional response comes; a late 2xx still goes upstream, as RFC 3261 16.7 step 5 wants.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not above zero, or more than a day.</exception>
    public TimeSpan? FirstResponseTimeout
    {
        get => _firstResponseTimeout;
        set => _firstResponseTimeout = Checked(value);
    }

    /// <summary>
    /// How long a branch may stay without a final response, from when it is sent to an address. An INVITE that rings is cancelled then
    /// (<see cref="FailureReason.NoAnswer"/>); one without any response is treated as by <see cref="FirstResponseTimeout"/>. Null, the default:
    /// timer C for an INVITE, 64*T1 for others; both also end a branch before a longer time given here.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above zero, or more than a day.</exception>
    public TimeSpan? FinalResponseTimeout
    {
        get => _finalResponseTimeout;
        set => _finalResponseTimeout = Checked(value);
    }

    /// <summary>
    /// Whether the targets of the next lower q are tried after this failure, the best response of those tried last. Null, the default: always,
    /// but after a 6xx (RFC 3261 16.6); <see cref="SipContext.FailoverAsync"/> takes <see cref="RelayFailure.IsServerFault"/> then. Called inside the
    /// request's strand; if it throws, that is logged and the next targets are tried. Not asked after a 6xx or a CANCEL.
    /// </summary>
    public Func<RelayFailure, bool>? TryNext { get; set; }

    /// <summary>Milliseconds; <see cref="long.MaxValue"/> for none.</summary>
    internal long FirstResponseMilliseconds => Milliseconds(_firstResponseTimeout);

    internal long FinalResponseMilliseconds => Milliseconds(_finalResponseTimeout);

    private static long Milliseconds(TimeSpan? time) => time is { } given ? (long)Math.Ceiling(given.TotalMilliseconds) : long.MaxValue;

    private static TimeSpan? Checked(TimeSpan? value) =>
        value is { } time && (time <= TimeSpan.Zero || time > TimeSpan.FromDays(1))
            ? throw new ArgumentOutOfRangeException(nameof(value), time, "A time above zero, a day at most.")
            : value;
}
