namespace Parley.Dialogs;

/// <summary>What a change on the feed is about.</summary>
public enum DialogChangeKind : byte
{
    /// <summary>The dialog was created.</summary>
    Created,

    /// <summary>Its state changed; <see cref="DialogChange.OldState"/> and <see cref="DialogChange.NewState"/> differ.</summary>
    StateChanged,

    /// <summary>Something else changed: a CSeq, a contact, the timeout, values, flags or profiles.</summary>
    Updated,

    /// <summary>It is over, and its last callbacks have run. A late 2xx may still bring it back: then a state change follows.</summary>
    Deleted,

    /// <summary>This reader was too slow and changes were dropped: take all dialogs anew, then go on with the changes that follow. Belongs to no dialog.</summary>
    Resync,
}
