using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>All server transactions of a layer: their pools, and the tables in which requests find them.</summary>
internal sealed class ServerTransactions
{
    private readonly SlotTable<InviteServerTransaction> _invite;
    private readonly SlotTable<NonInviteServerTransaction> _nonInvite;
    private readonly ServerTransactionTable _table = new();
    private readonly ServerTransactionTable _merged = new();

    public ServerTransactions(TransactionContext context)
    {
        Context = context;
        _invite = new SlotTable<InviteServerTransaction>(index => new InviteServerTransaction(this, index));
        _nonInvite = new SlotTable<NonInviteServerTransaction>(index => new NonInviteServerTransaction(this, index));
    }

    public TransactionContext Context { get; }

    /// <summary>How many are not over.</summary>
    public int Live => _invite.Live + _nonInvite.Live;

    /// <summary>Begins a life for this request; no table has it yet.</summary>
    public ServerTransaction New(SipMessage request, in SipFlow source, in ServerKey key, bool keepMessage)
    {
        bool invite = request.Method == SipMethod.Invite;
        Context.Count(invite ? TransactionCounter.InviteServerCreated : TransactionCounter.NonInviteServerCreated);
        ServerTransaction transaction = invite ? _invite.Rent() : _nonInvite.Rent();
        transaction.Begin(request, keepMessage ? ResponseRouting.Stamped(request, source).Retain() : null, source, key);
        return transaction;
    }

    /// <inheritdoc cref="ServerTransactionTable.Find"/>
    public ServerTransaction? Find(in ServerKey key, ServerMatch match, out uint generation) => _table.Find(key, match, out generation);

    /// <inheritdoc cref="ServerTransactionTable.FindOrAdd"/>
    public ServerTransaction? FindOrAdd(ServerTransaction transaction, in ServerKey key, out uint generation) =>
        _table.FindOrAdd(transaction, key, out generation);

    /// <summary>
    /// 8.2.2.2: lists a request against merging. False when a copy of it is here that came by another way. A copy that was refused does not count:
    /// a client that answers a challenge may keep the CSeq, and a refused one may try again.
    /// </summary>
    public bool TryListAgainstMerging(ServerTransaction transaction, SipMessage request)
    {
        ulong hash = ServerKey.MergeHash(request, Context.Random);
        transaction.MergeHash = hash;
        if (_merged.TryAdd(hash, transaction, out ServerTransaction? other))
            return true;
        if (other.LastStatusCode >= 300 && _merged.TryReplace(hash, other, transaction))
            return true;
        transaction.MergeHash = 0;
        return false;
    }

    /// <summary>Takes a transaction out of the tables.</summary>
    public void Forget(ServerTransaction transaction)
    {
        _table.Remove(transaction.Hash, transaction);
        if (transaction.MergeHash != 0)
            _merged.Remove(transaction.MergeHash, transaction);
    }

    /// <summary>Fetches what <see cref="Forget"/> will touch.</summary>
    public void PrefetchForget(ServerTransaction transaction)
    {
        _table.Prefetch(transaction.Hash);
        if (transaction.MergeHash is not 0 and ulong merged)
            _merged.Prefetch(merged);
    }

    /// <summary>The pooled object at an index, null when there never was one. The caller compares the generation inside the strand.</summary>
    public ServerTransaction? At(uint index, bool invite) => invite ? _invite.At(index) : _nonInvite.At(index);

    public void Return(InviteServerTransaction transaction) => _invite.Return(transaction);

    public void Return(NonInviteServerTransaction transaction) => _nonInvite.Return(transaction);
}
