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

    /// <summary>A lone CR, blanks or NULs between messages, which mean nothing: skip them.</summary>
    Padding,

    /// <summary>Headers without Content-Length, which a stream must have (RFC 3261 18.3): where the message ends cannot be known; answer 400 and close the connection.</summary>
    NoContentLength,

    /// <summary>Larger than the limits allow: close the connection.</summary>
    TooLarge,
}
