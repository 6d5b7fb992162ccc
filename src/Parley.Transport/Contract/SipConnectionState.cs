namespace Parley.Transport;

/// <summary>What a stream connection is good for.</summary>
public enum SipConnectionState : byte
{
    /// <summary>It is closed, or closing.</summary>
    Gone,

    /// <summary>It is being opened; what is sent waits.</summary>
    Opening,

    /// <summary>Messages go both ways.</summary>
    Open,
}
