namespace Parley.Transactions;

/// <summary>Something that the timer wheel calls.</summary>
public interface ITimerTarget
{
    /// <summary>A timer is due. Must not throw.</summary>
    /// <param name="kind">Which timer, in the target's own numbering.</param>
    /// <param name="version">Which arming of it: a target ignores a version that is not its newest. That is how timers are cancelled.</param>
    void OnTimer(int kind, long version);
}
