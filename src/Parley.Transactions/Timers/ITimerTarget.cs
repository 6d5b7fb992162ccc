namespace Parley.Transactions;

/// <summary>Something that the timer wheel calls.</summary>
public interface ITimerTarget
{
    /// <summary>A timer is due. Must not throw.</summary>
    /// <param name="kind">Which timer, in the target's own numbering.</param>
    /// <param name="version">Which arming of it: a target ignores a version that is not its newest. That is how timers are cancelled.</param>
    void OnTimer(int kind, long version);

    /// <summary>
    /// The timer fires in a moment, after others that are due with it: a chance to fetch what <see cref="OnTimer"/> will touch
    /// (<see cref="CacheLine"/>), which was last touched seconds ago. Nothing else may be done here, and nothing may be relied upon: it is a hint, given
    /// outside of any strand, to stale timers too. Must not throw. Does nothing unless implemented.
    /// </summary>
    /// <param name="kind">As in <see cref="OnTimer"/>.</param>
    /// <param name="version">As in <see cref="OnTimer"/>.</param>
    /// <param name="step">0, 1, 2, with time between them: what was asked for in one step is there in the next, to be followed one reference further.</param>
    void Prefetch(int kind, long version, int step) { }
}
