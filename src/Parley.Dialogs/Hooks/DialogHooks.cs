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
    private ImmutableArray<LimitReachedHook> _limitReached = [];
    private ImmutableArray<PingFailedHook> _pingFailed = [];

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

    public void Add(LimitReachedHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        ImmutableInterlocked.Update(ref _limitReached, static (hooks, one) => hooks.Add(one), hook);
    }

    public void Add(PingFailedHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        ImmutableInterlocked.Update(ref _pingFailed, static (hooks, one) => hooks.Add(one), hook);
    }

    /// <summary>The text of the value is made only for a hook.</summary>
    public bool HasLimitReached => _limitReached.Length > 0;

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

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the call goes on.")]
    public void RunLimitReached(Dialog dialog, DialogProfile profile, string value, int limit)
    {
        foreach (LimitReachedHook hook in _limitReached)
        {
            try
            {
                hook(dialog, profile, value, limit);
            }
            catch (Exception error)
            {
                dialog.Runtime.Log.LimitHookFailed(dialog.Id, error);
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the call goes on.")]
    public void RunPingFailed(Dialog dialog, DialogLeg leg, string reason)
    {
        foreach (PingFailedHook hook in _pingFailed)
        {
            try
            {
                hook(dialog, leg, reason);
            }
            catch (Exception error)
            {
                dialog.Runtime.Log.PingHookFailed(dialog.Id, error);
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
