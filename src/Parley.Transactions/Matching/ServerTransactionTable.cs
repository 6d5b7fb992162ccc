using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Parley.Transactions;

/// <summary>
/// Server transactions by a keyed hash that no sender can steer: stripes, each an open table with its own lock, held for the few
/// instructions of a probe only. Nothing is allocated but when a stripe grows.
/// </summary>
/// <remarks>
/// Stripes are there so that receive loops do not wait for each other, four for each processor. More of them only cost: a stripe, its lock
/// and the head of its array are three cache lines, which few stripes keep warm.
/// </remarks>
internal sealed class ServerTransactionTable
{
    private const int MostStripes = 64;

    private static readonly int StripeBits = BitOperations.Log2(
        BitOperations.RoundUpToPowerOf2((uint)Math.Min(MostStripes, Environment.ProcessorCount * 4))
    );

    private readonly Stripe[] _stripes = new Stripe[1 << StripeBits];

    public ServerTransactionTable()
    {
        for (int i = 0; i < _stripes.Length; i++)
            _stripes[i] = new Stripe();
    }

    /// <summary>The transaction that a request belongs to, with its generation; null when there is none.</summary>
    public ServerTransaction? Find(in ServerKey key, ServerMatch match, out uint generation)
    {
        Stripe stripe = StripeOf(key.Hash);
        lock (stripe.Lock)
        {
            return stripe.Find(key, match, out generation);
        }
    }

    /// <summary>Adds a transaction unless the request has one already, which is returned then.</summary>
    public ServerTransaction? FindOrAdd(ServerTransaction transaction, in ServerKey key, out uint generation)
    {
        Stripe stripe = StripeOf(key.Hash);
        lock (stripe.Lock)
        {
            if (stripe.Find(key, ServerMatch.Same, out generation) is { } other)
                return other;
            stripe.Add(key.Hash, transaction);
            return null;
        }
    }

    /// <summary>Adds by the hash alone, as 64 keyed bits are identity enough against merging; false when another is there under it.</summary>
    public bool TryAdd(ulong hash, ServerTransaction transaction, [NotNullWhen(false)] out ServerTransaction? other)
    {
        Stripe stripe = StripeOf(hash);
        lock (stripe.Lock)
        {
            ref ServerTransaction? known = ref stripe.Of(hash);
            other = Unsafe.IsNullRef(ref known) ? null : known;
            if (other is not null)
                return false;
            stripe.Add(hash, transaction);
            return true;
        }
    }

    /// <summary>Puts another under the hash; false when it is not the expected one any more.</summary>
    public bool TryReplace(ulong hash, ServerTransaction expected, ServerTransaction transaction)
    {
        Stripe stripe = StripeOf(hash);
        lock (stripe.Lock)
        {
            ref ServerTransaction? known = ref stripe.Of(hash);
            if (Unsafe.IsNullRef(ref known) || known != expected)
                return false;
            known = transaction;
            return true;
        }
    }

    public void Remove(ulong hash, ServerTransaction transaction)
    {
        Stripe stripe = StripeOf(hash);
        lock (stripe.Lock)
        {
            stripe.Remove(hash, transaction);
        }
    }

    /// <summary>Fetches the line in which this hash begins to be looked for. Without the lock: while the stripe grows it may be the wrong one.</summary>
    public void Prefetch(ulong hash) => StripeOf(hash).Prefetch(hash);

    private Stripe StripeOf(ulong hash) => _stripes[hash >> (64 - StripeBits)];

    private sealed class Stripe
    {
        private OpenTable<Entry> _table = new();

        public Lock Lock { get; } = new();

        public ServerTransaction? Find(in ServerKey key, ServerMatch match, out uint generation)
        {
            Entry[] entries = _table.Entries;
            int mask = entries.Length - 1;
            for (int i = (int)key.Hash & mask; entries[i].Transaction is { } transaction; i = (i + 1) & mask)
            {
                if (entries[i].Hash == key.Hash && transaction.Matches(key, match))
                {
                    generation = transaction.Generation;
                    return transaction;
                }
            }

            generation = 0;
            return null;
        }

        public void Prefetch(ulong hash) => _table.Prefetch((int)hash);

        /// <summary>Where the first one of this hash is kept; a null reference when there is none.</summary>
        public ref ServerTransaction? Of(ulong hash)
        {
            Entry[] entries = _table.Entries;
            int mask = entries.Length - 1;
            for (int i = (int)hash & mask; entries[i].Transaction is not null; i = (i + 1) & mask)
            {
                if (entries[i].Hash == hash)
                    return ref entries[i].Transaction;
            }

            return ref Unsafe.NullRef<ServerTransaction?>();
        }

        public void Add(ulong hash, ServerTransaction transaction) => _table.Add(new Entry(hash, transaction));

        public void Remove(ulong hash, ServerTransaction transaction)
        {
            Entry[] entries = _table.Entries;
            int mask = entries.Length - 1;
            for (int i = (int)hash & mask; entries[i].Transaction is { } other; i = (i + 1) & mask)
            {
                if (other != transaction)
                    continue;
                _table.RemoveAt(i);
                return;
            }
        }
    }

    private struct Entry(ulong hash, ServerTransaction? transaction) : IOpenTableEntry
    {
        public readonly ulong Hash = hash;
        public ServerTransaction? Transaction = transaction;

        public readonly bool IsEmpty => Transaction is null;

        public readonly int Home => (int)Hash;
    }
}
