using System.Diagnostics.CodeAnalysis;
using Parley.Transactions;

namespace Parley.Dialogs;

/// <summary>What the timers of dialogs fire at. The wheel holds the dialog's number (<see cref="DialogSlots"/>), not the dialog.</summary>
internal sealed class DialogTimers(DialogSlots slots, PingRequests pings, DialogLog log) : ITimerTarget
{
    private const int LinesOfDialog = 4;

    void ITimerTarget.Foresee(int kind, long version, int step)
    {
        int slot = (int)(version >> 32);
        if (step == 0)
            slots.Prefetch(slot);
        else if (slots[slot] is { } dialog)
            Prefetch(dialog, step);
    }

    [SuppressMessage("Design", "CA1031", Justification = "One dialog's error must not lose the other timers of the tick.")]
    void ITimerTarget.OnTimer(int kind, long version)
    {
        if (slots[(int)(version >> 32)] is not { } dialog)
            return;
        try
        {
            switch ((DialogClock)kind)
            {
                case DialogClock.Dialog:
                    dialog.OnTimer((int)version);
                    break;
                default:
                    if (dialog.PingOf((DialogClock)kind) is { } ping)
                        pings.OnTimer(dialog, ping, (int)version);
                    break;
            }
        }
        catch (Exception error)
        {
            log.ActionFailed(dialog.Id, error);
        }
    }

    /// <summary>The dialog itself, then what its end takes it out of.</summary>
    private static void Prefetch(Dialog dialog, int step)
    {
        if (step == 1)
            CacheLine.Fetch(dialog, LinesOfDialog);
        else
            dialog.Stripe.Prefetch(dialog);
    }
}
