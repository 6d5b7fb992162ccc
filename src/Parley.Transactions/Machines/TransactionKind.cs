namespace Parley.Transactions;

/// <summary>Which of the four machines; two bits of a token.</summary>
internal enum TransactionKind : byte
{
    /// <summary>RFC 3261 17.1.1.</summary>
    InviteClient,

    /// <summary>RFC 3261 17.1.2.</summary>
    NonInviteClient,

    /// <summary>RFC 3261 17.2.1.</summary>
    InviteServer,

    /// <summary>RFC 3261 17.2.2.</summary>
    NonInviteServer,
}
