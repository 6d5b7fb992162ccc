using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Every dialog of an application, found by id or by Call-ID. Striped: an entry of the hash belongs to one stripe, so both ways lead to the same lock.</summary>
internal sealed partial class DialogTable
{
    private const int MaxStripes = 256;
    private readonly DialogStripe[] _stripes;
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
        _stripes = new DialogStripe[Math.Min(hashSize, MaxStripes)];
        for (int i = 0; i < _stripes.Length; i++)
            _stripes[i] = new DialogStripe(Slots);
    }

    public int HashSize { get; }

    /// <summary>Where the dialogs of the table are, and what else refers to them for longer than a moment.</summary>
    public DialogSlots Slots { get; } = new();

    public DialogStripe StripeOf(uint entry) => _stripes[entry & (uint)(_stripes.Length - 1)];

    public uint HashOf(ReadOnlySpan<byte> callId) => (uint)_random.Hash(callId);

    /// <summary>The next free id of the Call-ID's entry. Dialogs that came from a store keep their ids, wherever the count stands here.</summary>
    public DialogId NewId(ReadOnlySpan<byte> callId)
    {
        uint entry = CoreHash.Compute(callId, HashSize);
        DialogId id;
        do
            id = new DialogId(entry, Interlocked.Increment(ref _lastIds[entry]));
        while (Find(id) is not null);
        return id;
    }

    public Dialog? Find(DialogId id)
    {
        if (id.Entry >= (uint)HashSize) return null;
        DialogStripe stripe = StripeOf(id.Entry);
        lock (stripe.Gate)
        {
            return stripe.Find(id);
        }
    }

    /// <summary>The youngest dialog with this Call-ID, one that is not over first.</summary>
    public Dialog? FindByCallId(ReadOnlySpan<byte> callId)
    {
        DialogStripe stripe = StripeOf(CoreHash.Compute(callId, HashSize));
        uint hash = HashOf(callId);
        lock (stripe.Gate)
        {
            Dialog? over = null;
            for (Dialog? dialog = stripe.FirstByCallId(hash); dialog is not null; dialog = stripe.NextByCallId(dialog))
            {
                if (dialog.CallIdHash != hash || !dialog.CallIdBytes.SequenceEqual(callId)) continue;
                if (dialog.StateInLock != DialogState.Deleted) return dialog;
                over ??= dialog;
            }

            return over;
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
            copy.Clear();
            lock (stripe.Gate)
            {
                stripe.CopyTo(copy);
            }

            foreach (Dialog dialog in copy)
                if (includeDeleted || dialog.State != DialogState.Deleted)
                    yield return dialog;
        }
    }
}
