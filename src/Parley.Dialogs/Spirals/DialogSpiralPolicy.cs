namespace Parley.Dialogs;

/// <summary>What a call is that passes this proxy twice (RFC 3261 6: a spiral), as when it is forwarded back to it under another request-URI.</summary>
public enum DialogSpiralPolicy : byte
{
    /// <summary>Each passage is a dialog, with its own id, callbacks and places in profiles. The default, and what OpenSIPS does.</summary>
    NewDialog = 0,

    /// <summary>The call is one dialog, that of its first passage: counted once, and callbacks run once for each request.</summary>
    ReuseDialog = 1,
}
