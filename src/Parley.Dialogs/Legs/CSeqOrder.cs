namespace Parley.Dialogs;

/// <summary>Where the CSeq of a request stands among those of its direction.</summary>
internal enum CSeqOrder : byte
{
    /// <summary>Above all before it; of an ACK: that of the last INVITE.</summary>
    Next,

    /// <summary>
    /// The last number again, with the same method and on another branch: retransmitted by way of another hop, or sent with credentials by a phone that
    /// keeps its number. RFC 3261 12.2.2 refuses lower numbers only. Of an ACK: that of an INVITE before the last, whose 2xx came again.
    /// </summary>
    Repeated,

    /// <summary>Below the last, or the last with another method; of an ACK: that of no INVITE.</summary>
    Stale,
}
