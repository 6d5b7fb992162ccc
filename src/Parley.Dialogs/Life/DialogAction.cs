using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>What is to be done after the lock: the effects of one step, with the message it is about.</summary>
internal struct DialogAction(DialogEffects effects, DialogState oldState, DialogState newState)
{
    /// <summary>Effects that were done with the step.</summary>
    public const DialogEffects DoneInLock =
        DialogEffects.Answered
        | DialogEffects.Acknowledged
        | DialogEffects.Ended
        | DialogEffects.RememberBye
        | DialogEffects.CountFailed
        | DialogEffects.CountExpired
        | DialogEffects.Unlink;

    public DialogEffects Effects = effects;
    public DialogState OldState = oldState;
    public DialogState NewState = newState;
    public DialogDirection Direction;
    public SipMessage? Message;
    public SipContext? Context;
    public SipEdits? Edits;
    public DialogLeg? DestinationLeg;

    /// <summary>With <see cref="DialogEffects.AwaitDurable"/>: the response that waits.</summary>
    public ReplyHold? Hold;

    private bool _retained;

    /// <summary>For an act that has to wait for others: its message is copied, what belongs to the moment (context, edits) is left behind.</summary>
    public DialogAction Detach()
    {
        DialogAction copy = this;
        copy.Message = Message?.Retain();
        copy._retained = copy.Message is not null;
        copy.Context = null;
        copy.Edits = null;
        return copy;
    }

    public void Release()
    {
        if (_retained)
            Message!.Release();
        Message = null;
        _retained = false;
    }
}
