using System.Diagnostics.CodeAnalysis;
using Parley.Transactions;

namespace Parley.Dialogs;

/// <summary>Arms the timers of dialogs. The wheel holds the dialog's number (<see cref="DialogSlots"/>), not the dialog.</summary>
internal sealed class DialogTimers(TimerService timers, DialogSlots slots, DialogLog log) : ITimerTarget
{
    /// <param name="dialog">One that is in the table.</param>
    /// <param name="clock">Given back.</param>
    /// <param name="version">Given back. Another one than the newest is stale; a dialog must bear one that was meant for the place's former one.</param>
    /// <param name="milliseconds">From now.</param>
    public void Arm(Dialog dialog, DialogClock clock, int version, long milliseconds) =>
        timers.Arm(this, (int)clock, ((long)dialog.Slot << 32) | (uint)version, milliseconds);

    void ITimerTarget.Prefetch(int kind, long version, int step)
    {
        int slot = (int)(version >> 32);
        if (step == 0)
            slots.Prefetch(slot);
        else if (slots[slot] is { } dialog)
            dialog.Prefetch(step);
    }

    [SuppressMessage("Design", "CA1031", Justification = "One dialog's error must not lose the other timers of the tick.")]
    void ITimerTarget.OnTimer(int kind, long version)
    {
        if (slots[(int)(version >> 32)] is not { } dialog)
            return;
        try
        {
            dialog.OnTimer((DialogClock)kind, (int)version);
        }
        catch (Exception error)
        {
            log.ActFailed(dialog, error);
        }
    }
}
