using System.Diagnostics.CodeAnalysis;

namespace Parley.Dialogs;

internal sealed partial class DialogModule
{
    private int _pingsStarted;

    /// <summary>From 0 to 1, each time elsewhere: multiples of the golden ratio fill an interval evenly, however many there are.</summary>
    public double NextPingPlace() => (uint)Interlocked.Increment(ref _pingsStarted) * 0x9E3779B97F4A7C15UL / (double)ulong.MaxValue;

    /// <summary>This node acts for the dialog. User code: not under a lock.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: what cannot tell does not own.")]
    public bool Owns(Dialog dialog)
    {
        if (Options.ActsFor is not { } actsFor)
            return true;
        try
        {
            return actsFor(dialog);
        }
        catch (Exception error)
        {
            Log.ActionFailed(dialog, error);
            return false;
        }
    }
}
