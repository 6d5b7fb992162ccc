using System.Diagnostics.CodeAnalysis;

namespace Parley.Dialogs;

internal sealed partial class DialogModule
{
    public event EventHandler<DialogStateChangedEventArgs>? StateChanged;

    public DialogHooks Hooks { get; } = new();

    public PrackFailures PrackFailures { get; } = new();

    public void OnPrackFailed(PrackFailedHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        PrackFailures.Add(hook);
    }

    public void OnAnswer(DialogHook hook) => AddHook(DialogHookKind.Answer, hook);

    public void OnTimeout(DialogHook hook) => AddHook(DialogHookKind.Timeout, hook);

    public void OnHangup(DialogHook hook) => AddHook(DialogHookKind.Hangup, hook);

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the call goes on.")]
    public void RaiseStateChanged(Dialog dialog, DialogState oldState, DialogState newState)
    {
        if (StateChanged is not { } handlers)
            return;
        var change = new DialogStateChangedEventArgs(dialog, oldState, newState);
        foreach (EventHandler<DialogStateChangedEventArgs> handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(this, change);
            }
            catch (Exception error)
            {
                Log.StateHandlerFailed(dialog, error);
            }
        }
    }

    private void AddHook(DialogHookKind kind, DialogHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        Hooks.Add(kind, hook);
    }
}
