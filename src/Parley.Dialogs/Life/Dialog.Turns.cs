using System.Diagnostics.CodeAnalysis;

namespace Parley.Dialogs;

/// <summary>
/// Turns: what follows a step (feed, callbacks, sends) runs after the lock, one act at a time and in the order of the steps. Who finds
/// another act running (on another thread, or on its own: a handler that ends its dialog) leaves its act to be run after it and goes on.
/// Such an act gets a copy of its message, which may have left already.
/// </summary>
public sealed partial class Dialog
{
    private bool _acting;
    private Queue<DialogAction>? _waiting;

    /// <summary>Under the lock, with the step: true when the caller is to call <see cref="Act"/> after it.</summary>
    private bool Post(ref DialogAction act)
    {
        act.Effects = Relevant(act.Effects);
        if (act.Effects == DialogEffects.None)
            return false;
        if (!_acting)
        {
            _acting = true;
            return true;
        }

        (_waiting ??= new Queue<DialogAction>()).Enqueue(act.Detach());
        return false;
    }

    /// <summary>After the lock: runs the act, then those that came meanwhile.</summary>
    private void Act(in DialogAction act)
    {
        Perform(in act);
        while (true)
        {
            DialogAction next;
            lock (Gate)
            {
                if (_waiting is null || !_waiting.TryDequeue(out next))
                {
                    _waiting = null;
                    _acting = false;
                    return;
                }
            }

            Perform(in next);
            next.Release();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a part of an act throws, the turn must go on to the next act.")]
    private void Perform(in DialogAction act)
    {
        try
        {
            Module.Perform(this, in act);
        }
        catch (Exception error)
        {
            Module.Log.ActionFailed(this, error);
        }

        if ((act.Effects & DialogEffects.Forget) != 0)
            Volatile.Read(ref _over)?.TrySetResult();
    }

    /// <summary>Leaves out what nobody would hear, so that an in-dialog request nobody watches takes no turn.</summary>
    private DialogEffects Relevant(DialogEffects effects)
    {
        effects &= ~DialogActionRunner.InLock;
        if ((effects & DialogEffects.RunRequestWithin) != 0 && !HasCallbacks(DialogCallbackTypes.RequestWithin))
            effects &= ~DialogEffects.RunRequestWithin;
        if ((effects & DialogEffects.RunResponseWithin) != 0 && !HasCallbacks(DialogCallbackTypes.ResponseWithin))
            effects &= ~DialogEffects.RunResponseWithin;
        if ((effects & DialogEffects.RunResponseForwarded) != 0 && !HasCallbacks(DialogCallbackTypes.ResponseForwarded))
            effects &= ~DialogEffects.RunResponseForwarded;
        return effects;
    }

    /// <summary>Tells the feed that something but the state changed.</summary>
    private void Updated()
    {
        if (!Module.Feed.HasReaders)
            return;
        var act = default(DialogAction);
        bool mine;
        lock (Gate)
        {
            act = new DialogAction(DialogEffects.Update, _state, _state);
            mine = Post(ref act);
        }

        if (mine)
            Act(in act);
    }
}
