namespace Parley.Dialogs;

/// <summary>
/// A part of the dialog table with its lock, which is also the lock of the state of every dialog in it. Two intrusive hash indexes:
/// by id, and by Call-ID (keyed hash, so that no sender can make long chains). Every member but Gate and Counts is used under the lock.
/// </summary>
internal sealed class DialogStripe
{
    private const int FirstSize = 16;
    private Dialog?[] _byId = new Dialog?[FirstSize];
    private Dialog?[] _byCallId = new Dialog?[FirstSize];
    private int _count;

    /// <summary>Never held while calling user code, I/O or the feed.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Dialogs of this stripe by state; changed with the state and the chains, under the lock. Read without it by the gauges.</summary>
    public readonly int[] Counts = new int[6];

    public int Count => _count;

    public Dialog? Find(DialogId id)
    {
        for (Dialog? dialog = _byId[IdSlot(id, _byId.Length)]; dialog is not null; dialog = dialog.NextById)
            if (dialog.Id == id) return dialog;
        return null;
    }

    /// <summary>The youngest dialog whose Call-ID has this hash; go on with <see cref="Dialog.NextByCallId"/>. Compare hash and text.</summary>
    public Dialog? FirstByCallId(uint callIdHash) => _byCallId[callIdHash & (uint)(_byCallId.Length - 1)];

    public void Add(Dialog dialog)
    {
        if (_count >= _byId.Length) Grow();
        Link(dialog);
        _count++;
        Counts[(int)dialog.StateInLock]++;
    }

    public void Remove(Dialog dialog)
    {
        if (!Unlink(ref _byId[IdSlot(dialog.Id, _byId.Length)], dialog)) return;
        ref Dialog? head = ref _byCallId[dialog.CallIdHash & (uint)(_byCallId.Length - 1)];
        for (ref Dialog? at = ref head; at is not null; at = ref at.NextByCallId)
        {
            if (!ReferenceEquals(at, dialog)) continue;
            at = dialog.NextByCallId;
            break;
        }

        dialog.NextByCallId = null;
        _count--;
        Counts[(int)dialog.StateInLock]--;
    }

    public void CopyTo(List<Dialog> list)
    {
        foreach (Dialog? head in _byId)
            for (Dialog? dialog = head; dialog is not null; dialog = dialog.NextById)
                list.Add(dialog);
    }

    private static bool Unlink(ref Dialog? head, Dialog dialog)
    {
        for (ref Dialog? at = ref head; at is not null; at = ref at.NextById)
        {
            if (!ReferenceEquals(at, dialog)) continue;
            at = dialog.NextById;
            dialog.NextById = null;
            return true;
        }

        return false;
    }

    private void Link(Dialog dialog)
    {
        ref Dialog? byId = ref _byId[IdSlot(dialog.Id, _byId.Length)];
        dialog.NextById = byId;
        byId = dialog;
        ref Dialog? byCallId = ref _byCallId[dialog.CallIdHash & (uint)(_byCallId.Length - 1)];
        dialog.NextByCallId = byCallId;
        byCallId = dialog;
    }

    private void Grow()
    {
        var all = new List<Dialog>(_count);
        foreach (Dialog? head in _byCallId)
        {
            // Oldest first, so that linking at the head leaves the youngest in front again.
            int start = all.Count;
            for (Dialog? dialog = head; dialog is not null; dialog = dialog.NextByCallId)
                all.Add(dialog);
            all.Reverse(start, all.Count - start);
        }

        _byId = new Dialog?[_byId.Length * 2];
        _byCallId = new Dialog?[_byCallId.Length * 2];
        foreach (Dialog dialog in all)
            Link(dialog);
    }

    // Ids of one entry count up; the multiplication spreads them and the entries over the slots.
    private static uint IdSlot(DialogId id, int size) => (uint)((id.Value * 0x9E3779B97F4A7C15UL) >> 32) & (uint)(size - 1);
}
