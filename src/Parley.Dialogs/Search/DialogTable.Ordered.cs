namespace Parley.Dialogs;

// Walking the table in the order of ids, which is that of the stripes too: so that a page can begin where another ended, whatever came and
// went, and the order is no matter of the machine.
internal sealed partial class DialogTable
{
    /// <summary>All dialogs after an id, each stripe copied under its lock and given out after it.</summary>
    public IEnumerable<Dialog> InOrder(DialogId? after)
    {
        var copy = new List<Dialog>();
        for (uint i = after is { } last ? StripeIndexOf(last.Entry) : 0; i < (uint)_stripes.Length; i++)
        {
            CopyTo(copy, _stripes[i]);
            copy.Sort(static (a, b) => a.Id.CompareTo(b.Id));
            foreach (Dialog dialog in copy)
                if (after is not { } start || dialog.Id > start)
                    yield return dialog;
        }
    }

    /// <summary>All dialogs but the first ones, in the same order; a stripe that holds none but those is not copied.</summary>
    public IEnumerable<Dialog> InOrder(int skip)
    {
        var copy = new List<Dialog>();
        foreach (DialogStripe stripe in _stripes)
        {
            if (skip > 0)
            {
                int count;
                lock (stripe.Lock)
                {
                    count = stripe.Count;
                }

                if (skip >= count)
                {
                    skip -= count;
                    continue;
                }
            }

            CopyTo(copy, stripe);
            copy.Sort(static (a, b) => a.Id.CompareTo(b.Id));
            for (; skip < copy.Count; skip++)
                yield return copy[skip];
            skip = 0;
        }
    }

    /// <summary>These dialogs after an id, in the same order.</summary>
    public static IEnumerable<Dialog> InOrder(IReadOnlyList<Dialog> dialogs, DialogId? after)
    {
        var sorted = new List<Dialog>(dialogs);
        sorted.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        foreach (Dialog dialog in sorted)
            if (after is not { } start || dialog.Id > start)
                yield return dialog;
    }

    /// <summary>Every dialog with this Call-ID, those that are over too.</summary>
    public List<Dialog> FindAllByCallId(ReadOnlySpan<byte> callId)
    {
        DialogStripe stripe = StripeOf(CoreHash.Compute(callId, HashSize));
        uint hash = HashOf(callId);
        var found = new List<Dialog>();
        lock (stripe.Lock)
        {
            stripe.CopyTo(found, hash, callId);
        }

        return found;
    }
}
