namespace Parley.Sip;

/// <summary>What is to be done with received bytes.</summary>
public enum SipParseStatus : byte
{
    /// <summary>A message to process.</summary>
    Ok,

    /// <summary>A request to answer with the result's status code.</summary>
    Reject,

    /// <summary>Nothing to answer: not SIP, or a bad response or ACK.</summary>
    Drop,

    /// <summary>Only line ends (RFC 5626 3.5.1, RFC 3261 7.5).</summary>
    KeepAlive,
}
