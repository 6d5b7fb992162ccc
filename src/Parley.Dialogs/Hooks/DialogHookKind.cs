namespace Parley.Dialogs;

/// <summary>The moments that have hooks.</summary>
internal enum DialogHookKind
{
    /// <summary>The call was answered; after the Confirmed callbacks.</summary>
    Answer,

    /// <summary>The lifetime is over and nothing was done about it yet.</summary>
    Timeout,

    /// <summary>An answered call is over; before it leaves its profiles and before the Terminated or Expired callbacks.</summary>
    Hangup,
}
