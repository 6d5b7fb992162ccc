namespace Parley.Dialogs;

/// <summary>
/// A part of the dialog table with its lock, which is also the lock of the state of every dialog in it. Two intrusive hash indexes:
/// by id, and by Call-ID (keyed hash, so that no sender can make long chains). Every member but Gate and Counts is used under the lock.
/// </summary>
internal sealed class DialogStripe(DialogSlots slots)
{
    private const int FirstSize = 16;
    private int[] _byId = new int[FirstSize];
    private int[] _byCallId = new int[FirstSize];
    private int _count;

    /// <summary>Never held while calling user code, I/O or the feed.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Dialogs of this stripe by state; changed with the state and the chains, under the lock. Read without it by the gauges.</summary>
    public readonly int[] Counts = new int[6];

    public int Count => _count;

    public Dialog? Find(DialogId id)
    {
        Dialog? dialog = slots[_byId[IdSlot(id, _byId.Length)]];
        while (dialog is not null && dialog.Id != id)
            dialog = slots[dialog.NextById];
        return dialog;
    }

    /// <summary>The youngest dialog whose Call-ID has this hash; go on with <see cref="NextByCallId"/>. Compare hash and text.</summary>
    public Dialog? FirstByCallId(uint callIdHash) => slots[_byCallId[callIdHash & (uint)(_byCallId.Length - 1)]];

    public Dialog? NextByCallId(Dialog dialog) => slots[dialog.NextByCallId];

    public void Add(Dialog dialog)
    {
        if (_count >= _byId.Length) Grow();
        dialog.Slot = slots.Take(dialog);
        Link(dialog);
        _count++;
        Counts[(int)dialog.StateInLock]++;
    }

    public void Remove(Dialog dialog)
    {
        if (dialog.Slot == DialogSlots.None) return;
        ref int byId = ref _byId[IdSlot(dialog.Id, _byId.Length)];
        while (byId != dialog.Slot)
            byId = ref slots[byId]!.NextById;
        byId = dialog.NextById;
        ref int byCallId = ref _byCallId[dialog.CallIdHash & (uint)(_byCallId.Length - 1)];
        while (byCallId != dialog.Slot)
            byCallId = ref slots[byCallId]!.NextByCallId;
        byCallId = dialog.NextByCallId;
        slots.Free(dialog.Slot);
        dialog.Slot = dialog.NextById = dialog.NextByCallId = DialogSlots.None;
        _count--;
        Counts[(int)dialog.StateInLock]--;
    }

    public void CopyTo(List<Dialog> list)
    {
        foreach (int head in _byId)
            for (Dialog? dialog = slots[head]; dialog is not null; dialog = slots[dialog.NextById])
                list.Add(dialog);
    }

    private void Link(Dialog dialog)
    {
        ref int byId = ref _byId[IdSlot(dialog.Id, _byId.Length)];
        dialog.NextById = byId;
        byId = dialog.Slot;
        ref int byCallId = ref _byCallId[dialog.CallIdHash & (uint)(_byCallId.Length - 1)];
        dialog.NextByCallId = byCallId;
        byCallId = dialog.Slot;
    }

    private void Grow()
    {
        var all = new List<Dialog>(_count);
        foreach (int head in _byCallId)
        {
            // Oldest first, so that linking at the head leaves the youngest in front again.
            int start = all.Count;
            for (Dialog? dialog = slots[head]; dialog is not null; dialog = slots[dialog.NextByCallId])
                all.Add(dialog);
            all.Reverse(start, all.Count - start);
        }

        _byId = new int[_byId.Length * 2];
        _byCallId = new int[_byCallId.Length * 2];
        foreach (Dialog dialog in all)
            Link(dialog);
    }

    // Ids of one entry count up; the multiplication spreads them and the entries over the slots.
    private static uint IdSlot(DialogId id, int size) => (uint)((id.Value * 0x9E3779B97F4A7C15UL) >> 32) & (uint)(size - 1);
}
