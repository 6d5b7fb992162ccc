namespace Parley.Transport;

/// <summary>The life of a stream connection, in order.</summary>
internal enum ConnectionState : byte
{
    /// <summary>TCP is being opened by this side.</summary>
    Connecting,

    /// <summary>TLS is being agreed.</summary>
    Handshaking,

    /// <summary>Messages go both ways.</summary>
    Open,

    /// <summary>What is queued still leaves, then it closes.</summary>
    Closing,

    /// <summary>Gone.</summary>
    Closed,
}
