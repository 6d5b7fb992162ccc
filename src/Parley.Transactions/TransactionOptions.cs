namespace Parley.Transactions;

/// <summary>Limits and policies of a <see cref="TransactionLayer"/>.</summary>
public sealed class TransactionOptions
{
    /// <summary>How many server transactions may exist at once; beyond it a new request gets 503 without a transaction. At least 1; one million by default.</summary>
    public int MaxServerTransactions { get; set; } = 1_000_000;

    /// <summary>
    /// Whether a request without To tag that came here twice by different ways is looked for (<see cref="ServerTransaction.IsMerged"/>). RFC
    /// 3261 8.2.2.2 has it refused with 482 by the element that answers it; a proxy relays it, for its sender may try again with the same CSeq, and what is
    /// merged is for the end to say. The request-URI counts as part of its identity, and a request that went through this element before
    /// (a spiral) is never taken for merged, so that an upstream fork to two users served here works. True by default.
    /// </summary>
    public bool RejectMerged { get; set; } = true;
}
