namespace Parley.Dialogs;

/// <summary>What of a dialog a timer is for.</summary>
internal enum DialogClock
{
    /// <summary>Its lifetime, its early, no-ACK and delete timeouts.</summary>
    Dialog,

    /// <summary>The pings of the caller.</summary>
    CallerPing,

    /// <summary>The pings of the callee.</summary>
    CalleePing,
}
