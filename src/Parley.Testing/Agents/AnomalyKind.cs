namespace Parley.Testing;

/// <summary>What can go wrong in the eyes of a <see cref="ScriptedUserAgent"/>.</summary>
public enum AnomalyKind
{
    /// <summary>A response that answers nothing this agent sent.</summary>
    StrayResponse,

    /// <summary>A request with a To tag of no dialog of this agent.</summary>
    UnknownDialog,

    /// <summary>An ACK that acknowledges nothing.</summary>
    UnexpectedAck,

    /// <summary>A final response to an INVITE was repeated until the end and never acknowledged.</summary>
    MissingAck,

    /// <summary>A reliable provisional response was never acknowledged.</summary>
    MissingPrack,

    /// <summary>A CANCEL that matches no INVITE.</summary>
    UnexpectedCancel,

    /// <summary>A request in a dialog whose CSeq is not above the last one's.</summary>
    OutOfOrder,

    /// <summary>The same request came by two ways (RFC 3261 8.2.2.2); it was answered 482.</summary>
    Merged,

    /// <summary>A message that the parser refused.</summary>
    Malformed,

    /// <summary>A request was repeated until the end and never answered.</summary>
    NoResponse,

    /// <summary>The transport could not send.</summary>
    SendFailed,

    /// <summary>A response that cannot make a dialog although it should: no Contact, no To tag.</summary>
    BadResponse,
}
