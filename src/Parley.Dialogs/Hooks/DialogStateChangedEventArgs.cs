namespace Parley.Dialogs;

/// <summary>What the state-changed event carries (OpenSIPS: E_DLG_STATE_CHANGED).</summary>
public sealed class DialogStateChangedEventArgs : EventArgs
{
    internal DialogStateChangedEventArgs(Dialog dialog, DialogState oldState, DialogState newState)
    {
        Dialog = dialog;
        OldState = oldState;
        NewState = newState;
        ToTag = dialog.ToTag;
    }

    /// <summary>The dialog; the current one while the event is raised.</summary>
    public Dialog Dialog { get; }

    /// <summary>Its identity: the parts are the parameters <c>hash_entry</c> and <c>hash_id</c>, its text is <c>id</c>, its value <c>db_id</c>.</summary>
    public DialogId Id => Dialog.Id;

    /// <summary><c>callid</c>.</summary>
    public string CallId => Dialog.CallId;

    /// <summary><c>from_tag</c>.</summary>
    public string FromTag => Dialog.FromTag;

    /// <summary><c>to_tag</c>: of the leg that answered, before of the one that rang first; empty before that.</summary>
    public string ToTag { get; }

    /// <summary><c>old_state</c>.</summary>
    public DialogState OldState { get; }

    /// <summary><c>new_state</c>; never the old one.</summary>
    public DialogState NewState { get; }
}
