namespace Parley.Transactions;

/// <summary>What a request looks for among the server transactions.</summary>
internal enum ServerMatch : byte
{
    /// <summary>Itself, received before (17.2.3).</summary>
    Same,

    /// <summary>The INVITE that an ACK belongs to (17.2.3).</summary>
    Ack,

    /// <summary>The INVITE that a CANCEL cancels (9.2).</summary>
    CancelledInvite,

    /// <summary>Another request that a CANCEL means, which it does not end (9.2): any method but INVITE, CANCEL and ACK.</summary>
    CancelledOther,
}
