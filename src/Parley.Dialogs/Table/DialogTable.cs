using System.Buffers;
using System.Numerics;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Every dialog of an application, found by id or by Call-ID. Striped: entries of the hash that lie side by side share a stripe, so both ways lead to the same lock.</summary>
internal sealed partial class DialogTable
{
    private const int StripesPerProcessor = 8;
    private const int LeastStripes = 16;
    private const int MostStripes = 256;

    private readonly DialogStripe[] _stripes;
    private readonly int _stripeShift;
    private readonly uint[] _lastIds;
    private readonly SipRandom _random;

    /// <param name="hashSize">Entries: a power of two.</param>
    /// <param name="random">Where the id counters start, and the key of the Call-ID index.</param>
    public DialogTable(int hashSize, SipRandom random)
    {
        HashSize = hashSize;
        _random = random;
        _lastIds = new uint[hashSize];
        for (int i = 0; i < hashSize; i++)
            _lastIds[i] = (uint)random.Next();
        _stripes = new DialogStripe[StripesFor(hashSize, Environment.ProcessorCount)];
        _stripeShift = BitOperations.Log2((uint)(hashSize / _stripes.Length));
        for (int i = 0; i < _stripes.Length; i++)
            _stripes[i] = new DialogStripe(Slots, random);
    }

    public int HashSize { get; }

    /// <summary>Where the dialogs of the table are, and what else refers to them for longer than a moment.</summary>
    public DialogSlots Slots { get; } = new();

    /// <summary>
    /// How many stripes: enough that receive loops, one a processor, seldom meet in one, and no more. A stripe is its own object, its lock and
    /// the heads of two arrays, four lines of the cache; a call that is alone in a stripe for long finds all of them cold.
    /// </summary>
    public static int StripesFor(int hashSize, int processors) =>
        Math.Min(
            hashSize,
            (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(processors * StripesPerProcessor, LeastStripes, MostStripes))
        );

    /// <param name="entry">Less than <see cref="HashSize"/>.</param>
    public DialogStripe StripeOf(uint entry) => _stripes[StripeIndexOf(entry)];

    public uint HashOf(ReadOnlySpan<byte> callId) => (uint)_random.Hash(callId);

    public ulong LongHashOf(ReadOnlySpan<byte> bytes) => _random.Hash(bytes);

    /// <summary>The next id of the Call-ID's entry. <see cref="DialogStripe.TryAdd"/> returns whether it is free.</summary>
    public DialogId NextId(ReadOnlySpan<byte> callId) => NextId(CoreHash.Compute(callId, HashSize));

    public DialogId NextId(uint entry) => new(entry, Interlocked.Increment(ref _lastIds[entry]));

    /// <summary>A dialog that is not in the table yet.</summary>
    public Dialog NewDialog(
        DialogRuntime runtime,
        DialogId id,
        ReadOnlySpan<byte> callId,
        ReadOnlySpan<byte> fromUri,
        ReadOnlySpan<byte> toUri,
        DialogFlags flags
    ) => new(runtime, StripeOf(id.Entry), id, HashOf(callId), callId, fromUri, toUri, flags);

    /// <summary>
    /// Puts a new dialog into the table (<see cref="Dialog.TryBegin"/>). One that came from a store keeps its id, wherever the count stands here:
    /// when it has this one's, this one takes the next.
    /// </summary>
    public void Begin(Dialog dialog, SipContext? context)
    {
        while (!dialog.TryBegin(context))
            dialog.Id = NextId(dialog.Id.Entry);
    }

    public Dialog? Find(DialogId id)
    {
        if (id.Entry >= (uint)HashSize)
            return null;
        DialogStripe stripe = StripeOf(id.Entry);
        lock (stripe.Lock)
        {
            return stripe.Find(id);
        }
    }

    /// <summary>The youngest dialog with this Call-ID that is not over; where all are, one of these, as a rule the youngest.</summary>
    public Dialog? FindByCallId(ReadOnlySpan<byte> callId)
    {
        DialogStripe stripe = StripeOf(CoreHash.Compute(callId, HashSize));
        uint hash = HashOf(callId);
        lock (stripe.Lock)
        {
            return stripe.FindByCallId(hash, callId);
        }
    }

    public long Count(DialogState state)
    {
        long count = 0;
        foreach (DialogStripe stripe in _stripes)
            count += Volatile.Read(ref stripe.Counts[(int)state]);
        return count;
    }

    /// <summary>Stripe by stripe, each copied under its lock and given out after it.</summary>
    public IEnumerable<Dialog> Snapshot(bool includeDeleted)
    {
        var copy = new List<Dialog>();
        foreach (DialogStripe stripe in _stripes)
        {
            CopyTo(copy, stripe);
            foreach (Dialog dialog in copy)
                if (includeDeleted || dialog.State != DialogState.Deleted)
                    yield return dialog;
        }
    }

    /// <summary>The dialogs of a stripe in place of what is in the list. Its lock is held while one block of memory is copied, and for nothing else.</summary>
    private static void CopyTo(List<Dialog> list, DialogStripe stripe)
    {
        list.Clear();
        int size = DialogIndex.FirstSize;
        while (true)
        {
            DialogIndex.Entry[] entries = ArrayPool<DialogIndex.Entry>.Shared.Rent(size);
            bool isWhole;
            lock (stripe.Lock)
            {
                isWhole = stripe.TryCopyEntries(entries, out size);
            }

            if (isWhole)
                stripe.CopyTo(list, entries.AsSpan(0, size));
            ArrayPool<DialogIndex.Entry>.Shared.Return(entries);
            if (isWhole)
                return;
        }
    }

    private uint StripeIndexOf(uint entry) => entry >> _stripeShift;
}
