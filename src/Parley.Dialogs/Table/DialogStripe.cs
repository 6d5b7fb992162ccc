using System.Runtime.CompilerServices;

namespace Parley.Dialogs;

/// <summary>
/// A part of the dialog table with its lock, which is also the lock of the state of every dialog in it. Two indexes: by id, and by Call-ID
/// (keyed hash, so that no sender can choose where his calls go). Every member but Gate, Counts and Foresee is used under the lock.
/// </summary>
/// <remarks>
/// The index by Call-ID has one entry for all dialogs with the same hash: the youngest; each leads to the next older one and back. Nearly
/// always it is alone. But a sender can make as many as he likes, and then too an adding and a removal take the same few steps, and the
/// other entries are not crowded.
/// </remarks>
internal sealed class DialogStripe(DialogSlots slots)
{
    private DialogIndex _byId = new();
    private DialogIndex _byCallId = new();

    /// <summary>Dialogs of this stripe by state; changed with the state and the indexes, under the lock. Read without it by the gauges.</summary>
    public StateCounts Counts;

    /// <summary>Never held while calling user code, I/O or the feed.</summary>
    public Lock Gate { get; } = new();

    public Dialog? Find(DialogId id)
    {
        uint tag = TagOf(id);
        for (int i = _byId.Find(tag); i >= 0; i = _byId.FindNext(tag, i))
            if (slots[_byId[i]] is { } dialog && dialog.Id == id) return dialog;
        return null;
    }

    /// <summary>The youngest dialog whose Call-ID has this hash; go on with <see cref="NextByCallId"/>. Compare the text.</summary>
    public Dialog? FirstByCallId(uint callIdHash) => _byCallId.Find(callIdHash) is >= 0 and int at ? slots[_byCallId[at]] : null;

    /// <summary>The next older one whose Call-ID has the same hash.</summary>
    public Dialog? NextByCallId(Dialog dialog) => slots[dialog.OlderByCallId];

    /// <summary>Adds a dialog; false when its id is there already.</summary>
    public bool TryAdd(Dialog dialog)
    {
        if (Find(dialog.Id) is not null) return false;
        dialog.Slot = slots.Take(dialog);
        _byId.Add(TagOf(dialog.Id), dialog.Slot);
        LinkByCallId(dialog);
        Counts[(int)dialog.StateInLock]++;
        return true;
    }

    /// <summary>What <see cref="Remove"/> will touch; without the lock.</summary>
    public void Foresee(Dialog dialog)
    {
        _byId.Foresee(TagOf(dialog.Id));
        _byCallId.Foresee(dialog.CallIdHash);
    }

    public void Remove(Dialog dialog)
    {
        if (dialog.Slot == DialogSlots.None) return;
        uint tag = TagOf(dialog.Id);
        int at = _byId.Find(tag);
        while (_byId[at] != dialog.Slot)
            at = _byId.FindNext(tag, at);
        _byId.RemoveAt(at);
        UnlinkByCallId(dialog);
        slots.Free(dialog.Slot);
        dialog.Slot = DialogSlots.None;
        Counts[(int)dialog.StateInLock]--;
    }

    public void CopyTo(List<Dialog> list)
    {
        foreach (ref readonly DialogIndex.Entry entry in _byId.Entries)
            if (slots[entry.Slot] is { } dialog) list.Add(dialog);
    }

    private void LinkByCallId(Dialog dialog)
    {
        int at = _byCallId.Find(dialog.CallIdHash);
        if (at < 0)
        {
            _byCallId.Add(dialog.CallIdHash, dialog.Slot);
            return;
        }

        dialog.OlderByCallId = _byCallId[at];
        slots[dialog.OlderByCallId]!.YoungerByCallId = dialog.Slot;
        _byCallId[at] = dialog.Slot;
    }

    private void UnlinkByCallId(Dialog dialog)
    {
        int older = dialog.OlderByCallId, younger = dialog.YoungerByCallId;
        dialog.OlderByCallId = dialog.YoungerByCallId = DialogSlots.None;
        if (older != DialogSlots.None) slots[older]!.YoungerByCallId = younger;
        if (younger != DialogSlots.None)
        {
            slots[younger]!.OlderByCallId = older;
            return;
        }

        int at = _byCallId.Find(dialog.CallIdHash);
        if (older != DialogSlots.None) _byCallId[at] = older;
        else _byCallId.RemoveAt(at);
    }

    // Ids of one entry count up; the multiplication spreads them and the entries over the positions.
    private static uint TagOf(DialogId id) => (uint)((id.Value * 0x9E3779B97F4A7C15UL) >> 32);

    /// <summary>A number for each <see cref="DialogState"/>, in the stripe itself: no line of the cache of their own.</summary>
    [InlineArray(6)]
    internal struct StateCounts
    {
        private int _first;
    }
}
