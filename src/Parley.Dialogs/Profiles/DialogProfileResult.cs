namespace Parley.Dialogs;

/// <summary>What putting a dialog into a profile came to.</summary>
public enum DialogProfileResult : byte
{
    /// <summary>It is in the profile now.</summary>
    Added,

    /// <summary>It was in the profile with this value already.</summary>
    Member,

    /// <summary>The limit for this value is reached; the dialog was not put in.</summary>
    LimitReached,

    /// <summary>The dialog is over: it is in no profile any more and enters none.</summary>
    Over,
}
