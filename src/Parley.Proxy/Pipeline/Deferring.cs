using Parley.Sip;

namespace Parley.Proxy;

/// <summary>Answers that come after the handler has returned.</summary>
public static class Deferring
{
    /// <summary>64*T1 less T2: an answer that leaves later than this finds the timer F of the caller over (RFC 4320 1.2).</summary>
    private const long LongestNonInvite = 28_000;

    private static readonly TimeSpan LongestDeferral = TimeSpan.FromHours(1);

    /// <summary>
    /// Takes the decision out of the handler: it may return without having answered or relayed, and the handle does so later, from any thread. For a decision
    /// that comes as an event (a message of another system, a click); where a <see cref="Task"/> can be awaited, a handler that awaits it is simpler.
    /// </summary>
    /// <param name="context">The request, in its handler.</param>
    /// <param name="limit">How long the handle lives, a millisecond to an hour; null: <see cref="ProxyOptions.DeferLimit"/>. For other methods than INVITE
    /// 28 s at most, since their callers wait no longer. An INVITE gets its 100 meanwhile.</param>
    /// <returns>The handle; closed already when the caller's CANCEL has come.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The request has no transaction (ACK, <see cref="ProxyOptions.Stateless"/>), was answered, relayed or deferred already, or
    /// the call comes from outside its handler.</exception>
    public static DeferredRequest Defer(this SipContext context, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        TimeSpan time = limit ?? context.Core.Options.DeferLimit;
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromMilliseconds(1), nameof(limit));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, LongestDeferral, nameof(limit));
        if (context.IsStateless)
            throw new InvalidOperationException("A request without a transaction cannot be deferred.");
        if (!context.Strand.IsOwned)
            throw new InvalidOperationException("A request is deferred by its handler.");
        long milliseconds = (long)time.TotalMilliseconds;
        var deferred = new DeferredRequest(
            context,
            context.Method == SipMethod.Invite ? milliseconds : Math.Min(milliseconds, LongestNonInvite)
        );
        context.Attach(deferred);
        deferred.Start();
        return deferred;
    }
}
