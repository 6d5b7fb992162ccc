using Parley.Transactions;

namespace Parley.Proxy;

/// <summary>The deadlines of a request's branches: timer C (RFC 3261 16.8), and those of <see cref="RelayOptions"/>. One entry in the wheel serves all.</summary>
internal struct TimerC
{
    /// <summary>Timer C lies in the wheel in slices, so that calls answered soon leave nothing there for minutes.</summary>
    private const long SliceMilliseconds = 30_000;

    private const long LeastMilliseconds = 10;

    /// <summary>More than the wheel rounds by: a timer that fires early by so much is still the one that was armed.</summary>
    private const long RoundMilliseconds = 100;

    private long _armed;

    /// <summary>A copy of the branch has left: its times begin.</summary>
    /// <param name="branch">The branch.</param>
    /// <param name="isInvite">Timer C is for INVITE alone.</param>
    /// <param name="timerC">How long it may take after the last provisional response.</param>
    /// <param name="options">The other times.</param>
    /// <param name="now">Milliseconds of the timer service.</param>
    public static void Begin(SipBranch branch, bool isInvite, TimeSpan timerC, RelayOptions options, long now)
    {
        branch.FirstResponseDue = After(now, options.FirstResponseMilliseconds);
        branch.FinalResponseDue = After(now, options.FinalResponseMilliseconds);
        branch.TimerCDue = isInvite ? now + (long)timerC.TotalMilliseconds : long.MaxValue;
    }

    /// <summary>When the next of the branch's times is over; <see cref="long.MaxValue"/> for never.</summary>
    public static long DueOf(SipBranch branch) =>
        branch.IsFinal ? long.MaxValue
        // Its CANCEL is on the way, or waits for a first response.
        : branch.IsCancelled ? (branch.LastStatus == 0 ? branch.FirstResponseDue : long.MaxValue)
        : Math.Min(branch.FirstResponseDue, Math.Min(branch.FinalResponseDue, branch.TimerCDue));

    /// <summary>Makes sure that <paramref name="target"/> is called at that time, or earlier.</summary>
    /// <param name="timers">The wheel.</param>
    /// <param name="target">The target of the call.</param>
    /// <param name="version">Given back to it.</param>
    /// <param name="due">When; <see cref="long.MaxValue"/> for never.</param>
    /// <param name="now">Milliseconds of the timer service.</param>
    public void Arm(TimerService timers, ITimerTarget target, long version, long due, long now)
    {
        if (due == long.MaxValue)
            return;
        long delay = Math.Clamp(due - now, LeastMilliseconds, SliceMilliseconds);
        // What is armed cannot be taken back; an earlier one is armed in addition.
        if (_armed != 0 && _armed <= now + delay)
            return;
        _armed = now + delay;
        timers.Arm(target, 0, version, delay);
    }

    /// <summary>A timer has fired. One that was armed before an earlier one changes nothing.</summary>
    public void Fired(long now)
    {
        if (_armed <= now + RoundMilliseconds)
            _armed = 0;
    }

    public void Reset() => _armed = 0;

    private static long After(long now, long milliseconds) => milliseconds == long.MaxValue ? long.MaxValue : now + milliseconds;
}
