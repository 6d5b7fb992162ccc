using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Hooks of all dialogs, or of one; added from any thread, run in the order they were added.</summary>
internal sealed class DialogHooks
{
    private ImmutableArray<DialogHook> _answer = [];
    private ImmutableArray<DialogHook> _timeout = [];
    private ImmutableArray<DialogHook> _hangup = [];
    private ImmutableArray<PrackFailedHook> _prackFailed = [];

    public void Add(DialogHookKind kind, DialogHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        ImmutableInterlocked.Update(ref Of(kind), static (hooks, one) => hooks.Add(one), hook);
    }

    public void Add(PrackFailedHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        ImmutableInterlocked.Update(ref _prackFailed, static (hooks, one) => hooks.Add(one), hook);
    }

    public bool Has(DialogHookKind kind) => Of(kind).Length > 0;

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the call goes on.")]
    public void Run(DialogHookKind kind, Dialog dialog, SipMessage? message)
    {
        foreach (DialogHook hook in Of(kind))
        {
            try
            {
                hook(dialog, message);
            }
            catch (Exception error)
            {
                dialog.Runtime.Log.HookFailed(kind, dialog.Id, error);
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the call goes on.")]
    public void RunPrackFailed(Dialog dialog, DialogLeg leg, int statusCode)
    {
        foreach (PrackFailedHook hook in _prackFailed)
        {
            try
            {
                hook(dialog, leg, statusCode);
            }
            catch (Exception error)
            {
                dialog.Runtime.Log.PrackHookFailed(dialog.Id, error);
            }
        }
    }

    private ref ImmutableArray<DialogHook> Of(DialogHookKind kind)
    {
        switch (kind)
        {
            case DialogHookKind.Answer:
                return ref _answer;
            case DialogHookKind.Timeout:
                return ref _timeout;
            default:
                return ref _hangup;
        }
    }
}
