using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Parley.Dialogs;

/// <summary>Hooks on PRACKs that failed, of all dialogs or of one; added from any thread, run in the order they were added.</summary>
internal sealed class PrackFailures
{
    private ImmutableArray<PrackFailedHook> _hooks = [];

    public void Add(PrackFailedHook hook) => ImmutableInterlocked.Update(ref _hooks, static (hooks, one) => hooks.Add(one), hook);

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the call goes on.")]
    public void Run(Dialog dialog, DialogLeg leg, int statusCode)
    {
        foreach (PrackFailedHook hook in _hooks)
        {
            try
            {
                hook(dialog, leg, statusCode);
            }
            catch (Exception error)
            {
                dialog.Module.Log.PrackHookFailed(dialog, error);
            }
        }
    }
}
