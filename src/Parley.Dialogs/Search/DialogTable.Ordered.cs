namespace Parley.Dialogs;

// Walking the table in a fixed order, by stripe and id: so that a page can begin where another ended, whatever came and went.
internal sealed partial class DialogTable
{
    /// <summary>All dialogs after an id, each stripe copied under its lock and given out after it.</summary>
    public IEnumerable<Dialog> InOrder(DialogId? after)
    {
        var copy = new List<Dialog>();
        for (int i = after is { } last ? StripeIndexOf(last) : 0; i < _stripes.Length; i++)
        {
            copy.Clear();
            lock (_stripes[i].Gate)
            {
                _stripes[i].CopyTo(copy);
            }

            copy.Sort(static (a, b) => a.Id.Value.CompareTo(b.Id.Value));
            foreach (Dialog dialog in copy)
                if (after is not { } start || IsAfter(dialog.Id, start)) yield return dialog;
        }
    }

    /// <summary>These dialogs after an id, in the order of the table.</summary>
    public IEnumerable<Dialog> InOrder(IReadOnlyList<Dialog> dialogs, DialogId? after)
    {
        var sorted = new List<Dialog>(dialogs);
        sorted.Sort((a, b) => Compare(a.Id, b.Id));
        foreach (Dialog dialog in sorted)
            if (after is not { } start || IsAfter(dialog.Id, start)) yield return dialog;
    }

    /// <summary>Every dialog with this Call-ID, those that are over too.</summary>
    public List<Dialog> FindAllByCallId(ReadOnlySpan<byte> callId)
    {
        DialogStripe stripe = StripeOf(CoreHash.Compute(callId, HashSize));
        uint hash = HashOf(callId);
        var found = new List<Dialog>();
        lock (stripe.Gate)
        {
            for (Dialog? dialog = stripe.FirstByCallId(hash); dialog is not null; dialog = stripe.NextByCallId(dialog))
                if (dialog.CallIdHash == hash && dialog.CallIdBytes.SequenceEqual(callId)) found.Add(dialog);
        }

        return found;
    }

    private bool IsAfter(DialogId id, DialogId other) => Compare(id, other) > 0;

    private int Compare(DialogId a, DialogId b)
    {
        int byStripe = StripeIndexOf(a).CompareTo(StripeIndexOf(b));
        return byStripe != 0 ? byStripe : a.Value.CompareTo(b.Value);
    }

    private int StripeIndexOf(DialogId id) => (int)(id.Entry & (uint)(_stripes.Length - 1));
}
