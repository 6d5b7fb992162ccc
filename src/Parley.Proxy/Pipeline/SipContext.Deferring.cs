using Parley.Sip;

namespace Parley.Proxy;

// An answer that comes after the handler has returned. The open handle counts as a handler that is still running, so the context stays this request's.
public sealed partial class SipContext
{
    /// <summary>64*T1 less T2: an answer that leaves later than this finds the timer F of the caller over (RFC 4320 1.2).</summary>
    private const long LongestNonInvite = 28_000;

    private static readonly TimeSpan LongestDeferral = TimeSpan.FromHours(1);

    private DeferredRequest? _deferred;

    /// <summary>
    /// Takes the decision out of the handler: it may return without having answered or relayed, and the handle does so later, from any thread. For a decision
    /// that comes as an event (a message of another system, a click); where a <see cref="Task"/> can be awaited, a handler that awaits it is simpler.
    /// </summary>
    /// <param name="limit">How long the handle lives, a millisecond to an hour; null: <see cref="ProxyOptions.DeferLimit"/>. For other methods than INVITE
    /// 28 s at most, since their callers wait no longer. An INVITE gets its 100 meanwhile.</param>
    /// <returns>The handle; closed already when the caller's CANCEL has come.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The request has no transaction (ACK, <see cref="ProxyOptions.Stateless"/>), was answered, relayed or deferred already, or
    /// the call comes from outside its handler.</exception>
    public DeferredRequest Defer(TimeSpan? limit = null)
    {
        TimeSpan time = limit ?? Core.Options.DeferLimit;
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromMilliseconds(1), nameof(limit));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, LongestDeferral, nameof(limit));
        if (IsStateless)
            throw new InvalidOperationException("A request without a transaction cannot be deferred.");
        if (!Strand.IsOwned)
            throw new InvalidOperationException("A request is deferred by its handler.");
        if (IsAnswered || Relay.IsUnderWay || _deferred is not null)
            throw new InvalidOperationException("The request has been answered, relayed or deferred already.");
        long milliseconds = (long)time.TotalMilliseconds;
        _deferred = new DeferredRequest(this, Method == SipMethod.Invite ? milliseconds : Math.Min(milliseconds, LongestNonInvite));
        Relay.HandlerBegins();
        if (IsCancelled)
            AbortDeferred();
        return _deferred;
    }

    internal bool IsDeferred => _deferred is { IsOpen: true };

    /// <summary>The request ends by another way: CANCEL, or an answer.</summary>
    internal void AbortDeferred()
    {
        if (_deferred is not { IsOpen: true } deferred)
            return;
        deferred.Abort();
        Relay.HandlerEnds();
    }

    /// <summary>The handle has been used: it is closed.</summary>
    internal void ResumeDeferred(SipRequestHandler handler)
    {
        Core.Watchdog?.Enter(this, "handler");
        RunHandler(handler);
        Core.Watchdog?.Leave();
        Relay.HandlerEnds();
    }

    /// <summary>The limit is over, the handle is closed.</summary>
    internal void ExpireDeferred(int statusCode)
    {
        ReplyInStrand(statusCode, null, default);
        Relay.HandlerEnds();
    }
}
