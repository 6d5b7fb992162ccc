namespace Parley.Sip;

/// <summary>What stands at the beginning of a stream's buffered bytes.</summary>
public enum SipFrameKind : byte
{
    /// <summary>Nothing whole yet.</summary>
    NeedMore,
    /// <summary>A whole message.</summary>
    Message,
    /// <summary>Line ends between messages.</summary>
    KeepAlive,
    /// <summary>Not SIP, or no way to find the message's end: close the connection.</summary>
    Malformed,
    /// <summary>Larger than the limits allow: close the connection.</summary>
    TooLarge,
}
