using Parley.Sip;

namespace Parley.Dialogs;

public sealed partial class Dialog
{
    private DialogHooks? _hooks;

    /// <summary>Runs when this call is answered, after its Confirmed callbacks (the field's on_answer route). Again when a late 2xx answers a call that had failed.</summary>
    /// <param name="hook">The hook; after the application's and those added before.</param>
    public void OnAnswer(DialogHook hook) => AddHook(DialogHookKind.Answer, hook);

    /// <summary>Runs when the lifetime is over, before anything is done about it (the field's on_timeout route): set <see cref="Timeout"/> inside, and the call goes on.</summary>
    /// <param name="hook">The hook; after the application's and those added before.</param>
    public void OnTimeout(DialogHook hook) => AddHook(DialogHookKind.Timeout, hook);

    /// <summary>Runs when this call, once answered, is over: before it leaves its profiles and before Terminated or Expired (the field's on_hangup route). A call that was never answered has no hangup.</summary>
    /// <param name="hook">The hook; after the application's and those added before.</param>
    public void OnHangup(DialogHook hook) => AddHook(DialogHookKind.Hangup, hook);

    internal bool HasHooks(DialogHookKind kind) => Module.Hooks.Has(kind) || Volatile.Read(ref _hooks)?.Has(kind) == true;

    /// <summary>After the lock, in the turn: the application's hooks, then those of the dialog.</summary>
    internal void RunHooks(DialogHookKind kind, SipMessage? message)
    {
        Module.Hooks.Run(kind, this, message);
        Volatile.Read(ref _hooks)?.Run(kind, this, message);
    }

    /// <summary>The on-timeout hooks have run: what the end of the lifetime asks for, unless one of them set a new lifetime or the call ended meanwhile.</summary>
    internal void EndLifetime()
    {
        DialogAction act;
        bool mine;
        lock (Gate)
        {
            if (_lifetimeDue != Never || _state is not (DialogState.ConfirmedNoAck or DialogState.Confirmed))
                return;
            _reason ??= LifetimeReason;
            DialogState old = _state;
            act = new DialogAction(Step(DialogEvent.LifetimeOver), old, _state);
            mine = Post(ref act);
        }

        if (mine)
            Act(in act);
    }

    private void AddHook(DialogHookKind kind, DialogHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        DialogHooks hooks = Volatile.Read(ref _hooks) ?? Interlocked.CompareExchange(ref _hooks, new DialogHooks(), null) ?? _hooks;
        hooks.Add(kind, hook);
    }
}
