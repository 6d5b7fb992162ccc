using System.Runtime.CompilerServices;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// A part of the dialog table with its lock, which is also the lock of the state of every dialog in it. Two indexes: by id, and by Call-ID
/// (keyed hash, so that no sender can choose where its calls go). Every member but Lock, Counts and Prefetch is used under the lock.
/// </summary>
/// <remarks>
/// Nearly always a dialog is the only one with its Call-ID. But a sender can make as many as it likes, and no look-up may cost more for it. So
/// where there are several, those that are over go into a chain of their own, and all are found by Call-ID and caller's tag too. Of those
/// that have that in common as well, <see cref="MostAlike"/> are looked at; the others are found by id (did) alone.
/// </remarks>
/// <param name="slots">Where the dialogs are.</param>
/// <param name="random">The key of the hashes.</param>
internal sealed class DialogStripe(DialogSlots slots, SipRandom random)
{
    /// <summary>How many dialogs of one Call-ID and caller's tag are looked at for a request: more than a call can have by passing here again and again (Max-Forwards).</summary>
    public const int MostAlike = 80;

    private DialogIndex _byId = new();
    private DialogChains _byCallId = new(slots, isOfTags: false);
    private DialogChains _overByCallId = new(slots, isOfTags: false); // of those with IsCrowded
    private DialogChains _byTags = new(slots, isOfTags: true); // the same

    /// <summary>Dialogs of this stripe by state; changed with the state and the indexes, under the lock. Read without it by the gauges.</summary>
    public StateCounts Counts;

    /// <summary>Never held while calling user code, I/O or the feed.</summary>
    public Lock Lock { get; } = new();

    /// <summary>Its dialogs, those that are over too.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            for (int state = (int)DialogState.Unconfirmed; state <= (int)DialogState.Deleted; state++)
                count += Counts[state];
            return count;
        }
    }

    public Dialog? Find(DialogId id)
    {
        uint tag = TagOf(id);
        for (int i = _byId.Find(tag); i >= 0; i = _byId.FindNext(tag, i))
            if (slots[_byId[i]] is { } dialog && dialog.Id == id)
                return dialog;
        return null;
    }

    /// <summary>The youngest dialog with this Call-ID that is not over; where all are, one of these, as a rule the youngest.</summary>
    public Dialog? FindByCallId(uint callIdHash, ReadOnlySpan<byte> callId) =>
        Find(in _byCallId, callIdHash, callId) ?? Find(in _overByCallId, callIdHash, callId);

    /// <summary>Adds every dialog with this Call-ID to a list, those that are not over first.</summary>
    public void CopyTo(List<Dialog> list, uint callIdHash, ReadOnlySpan<byte> callId)
    {
        CopyTo(list, in _byCallId, callIdHash, callId);
        CopyTo(list, in _overByCallId, callIdHash, callId);
    }

    /// <summary>The youngest of the dialogs that may have this Call-ID and caller's tag; go on with <see cref="NextAlike"/>, no more than <see cref="MostAlike"/> times. Compare the texts.</summary>
    public Dialog? FirstAlike(uint callIdHash, ReadOnlySpan<byte> callerTag) =>
        _byCallId.First(callIdHash) is { IsCrowded: false } alone ? alone : _byTags.First(HashOf(callIdHash, callerTag));

    /// <summary>Of a Call-ID, by its hash, and a caller's tag. Without the lock.</summary>
    public uint HashOf(uint callIdHash, ReadOnlySpan<byte> tag) => callIdHash ^ (uint)(random.Hash(tag) >> 32);

    /// <summary>The next older one.</summary>
    public Dialog? NextAlike(Dialog dialog) => dialog.IsCrowded ? _byTags.Next(dialog) : null;

    /// <summary>A dialog has another state than this one: the gauges follow.</summary>
    public void StateChanged(Dialog dialog, DialogState old)
    {
        DialogState state = dialog.StateInLock;
        Counts[(int)old]--;
        Counts[(int)state]++;
        if (state == DialogState.Deleted || old == DialogState.Deleted)
            EndedOrRevived(dialog);
    }

    /// <summary>A dialog has ended, or a late 2xx has revived it: those that go on are not looked for among those that do not.</summary>
    private void EndedOrRevived(Dialog dialog)
    {
        bool isOver = dialog.StateInLock == DialogState.Deleted;
        if (!dialog.IsCrowded || isOver == dialog.IsAmongOver)
            return;
        ChainOf(dialog).Remove(dialog.CallIdHash, dialog);
        dialog.IsAmongOver = isOver;
        ChainOf(dialog).Add(dialog.CallIdHash, dialog);
    }

    /// <summary>Adds a dialog; false when its id is there already.</summary>
    public bool TryAdd(Dialog dialog)
    {
        if (Find(dialog.Id) is not null)
            return false;
        dialog.Slot = slots.Rent(dialog);
        _byId.Add(TagOf(dialog.Id), dialog.Slot);
        Dialog? other = _byCallId.First(dialog.CallIdHash) ?? _overByCallId.First(dialog.CallIdHash);
        _byCallId.Add(dialog.CallIdHash, dialog);
        if (other is not null)
        {
            Crowd(other);
            Crowd(dialog);
        }

        Counts[(int)dialog.StateInLock]++;
        return true;
    }

    /// <summary>What <see cref="Remove"/> will touch; without the lock.</summary>
    public void Prefetch(Dialog dialog)
    {
        _byId.Prefetch(TagOf(dialog.Id));
        _byCallId.Prefetch(dialog.CallIdHash);
    }

    public void Remove(Dialog dialog)
    {
        if (dialog.Slot == DialogIndex.None)
            return;
        uint tag = TagOf(dialog.Id);
        int at = _byId.Find(tag);
        while (_byId[at] != dialog.Slot)
            at = _byId.FindNext(tag, at);
        _byId.RemoveAt(at);
        ChainOf(dialog).Remove(dialog.CallIdHash, dialog);
        if (dialog.IsCrowded)
            _byTags.Remove(dialog.TagHash, dialog);
        slots.Return(dialog.Slot);
        dialog.Slot = DialogIndex.None;
        Counts[(int)dialog.StateInLock]--;
    }

    /// <summary>Copies its index of ids as it is, one block of memory; false when the array is too short. What is in it is read after the lock: <see cref="CopyTo(List{Dialog}, ReadOnlySpan{DialogIndex.Entry})"/>.</summary>
    public bool TryCopyEntries(Span<DialogIndex.Entry> entries, out int count)
    {
        ReadOnlySpan<DialogIndex.Entry> own = _byId.Entries;
        count = own.Length;
        return own.TryCopyTo(entries);
    }

    /// <summary>Adds the dialogs of a copied index to a list. Without the lock: a place that another dialog has by now is that dialog's, if it is of this stripe.</summary>
    public void CopyTo(List<Dialog> list, ReadOnlySpan<DialogIndex.Entry> entries)
    {
        foreach (ref readonly DialogIndex.Entry entry in entries)
            if (!entry.IsEmpty && slots[entry.Slot] is { } dialog && dialog.Stripe == this)
                list.Add(dialog);
    }

    private static Dialog? Find(in DialogChains chains, uint hash, ReadOnlySpan<byte> callId)
    {
        Dialog? dialog = chains.First(hash);
        while (dialog is not null && !dialog.CallIdBytes.SequenceEqual(callId)) // two Call-IDs of one hash: hardly ever
            dialog = chains.Next(dialog);
        return dialog;
    }

    private static void CopyTo(List<Dialog> list, in DialogChains chains, uint hash, ReadOnlySpan<byte> callId)
    {
        for (Dialog? dialog = chains.First(hash); dialog is not null; dialog = chains.Next(dialog))
            if (dialog.CallIdBytes.SequenceEqual(callId))
                list.Add(dialog);
    }

    /// <summary>It is not, or no longer, alone with its Call-ID.</summary>
    private void Crowd(Dialog dialog)
    {
        if (dialog.IsCrowded)
            return;
        dialog.IsCrowded = true;
        _byTags.Add(dialog.TagHash, dialog);
        if (dialog.StateInLock == DialogState.Deleted)
            EndedOrRevived(dialog);
    }

    private ref DialogChains ChainOf(Dialog dialog) => ref dialog.IsAmongOver ? ref _overByCallId : ref _byCallId;

    // Ids of one entry count up; the multiplication spreads them and the entries over the positions.
    private static uint TagOf(DialogId id) => (uint)((id.Value * 0x9E3779B97F4A7C15UL) >> 32);

    /// <summary>A number for each <see cref="DialogState"/>, in the stripe itself: no line of the cache of their own.</summary>
    [InlineArray(6)]
    internal struct StateCounts
    {
        private int _first;
    }
}
