namespace Parley.Transactions;

/// <summary>What a request looks for among the server transactions.</summary>
internal enum ServerMatch : byte
{
    /// <summary>Itself, received before (17.2.3).</summary>
    Same,

    /// <summary>The INVITE that an ACK belongs to (17.2.3).</summary>
    Ack,

    /// <summary>The request that a CANCEL cancels (9.2): any method but CANCEL and ACK.</summary>
    CancelTarget,
}
