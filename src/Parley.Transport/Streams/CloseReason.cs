namespace Parley.Transport;

/// <summary>Why a connection ended, for counters and the log.</summary>
internal enum CloseReason : byte
{
    /// <summary>The far end closed it.</summary>
    Remote,

    /// <summary>The system reported an error.</summary>
    Error,

    /// <summary>It could not be opened.</summary>
    ConnectFailed,

    /// <summary>TLS could not be agreed.</summary>
    HandshakeFailed,

    /// <summary>Nothing was sent or received for too long.</summary>
    Idle,

    /// <summary>Opening, the handshake, or the rest of a message took too long.</summary>
    TimedOut,

    /// <summary>No message came in the time for the first.</summary>
    Silent,

    /// <summary>A stranger, idle the longest, makes room for another.</summary>
    Displaced,

    /// <summary>The far end does not read.</summary>
    SlowReader,

    /// <summary>What arrived is no SIP or exceeds the limits.</summary>
    Broken,

    /// <summary>This side stops.</summary>
    Stopped,
}
