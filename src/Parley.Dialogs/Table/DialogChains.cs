namespace Parley.Dialogs;

/// <summary>
/// Dialogs by a keyed hash. The index has one entry for all with the same hash, which leads to the first, as a rule the youngest; each leads
/// to the next and back by links of its own. So however many there are, an adding and a removal take the same few steps, and the entries of
/// other hashes are not crowded. Under the lock of the stripe.
/// </summary>
/// <param name="slots">Where the dialogs are.</param>
/// <param name="isOfTags">The links are <see cref="Dialog.TagLinks"/>, else <see cref="Dialog.CallIdLinks"/>.</param>
internal struct DialogChains(DialogSlots slots, bool isOfTags)
{
    private DialogIndex _firsts = new();
    private int _count;

    /// <summary>The first of those with this hash; null: there is none.</summary>
    public readonly Dialog? First(uint hash) => _count > 0 && _firsts.Find(hash) is >= 0 and int at ? slots[_firsts[at]] : null;

    /// <summary>The one behind it, as a rule the next older one.</summary>
    public readonly Dialog? Next(Dialog dialog) => slots[Links(dialog).Older];

    /// <summary>As <see cref="DialogIndex.Prefetch"/>.</summary>
    public readonly void Prefetch(uint hash) => _firsts.Prefetch(hash);

    /// <summary>Adds a dialog in front of the others; behind the first one when that is younger.</summary>
    public void Add(uint hash, Dialog dialog)
    {
        _count++;
        int at = _firsts.Find(hash);
        if (at < 0)
        {
            _firsts.Add(hash, dialog.Slot);
            return;
        }

        Dialog first = slots[_firsts[at]]!;
        ref DialogLinks own = ref Links(dialog),
            firsts = ref Links(first);
        if (IsYounger(dialog, first))
        {
            own.Older = first.Slot;
            firsts.Younger = dialog.Slot;
            _firsts[at] = dialog.Slot;
            return;
        }

        (own.Younger, own.Older) = (first.Slot, firsts.Older);
        if (firsts.Older != DialogIndex.None)
            Links(slots[firsts.Older]!).Younger = dialog.Slot;
        firsts.Older = dialog.Slot;
    }

    /// <summary>Removes a dialog that is here.</summary>
    public void Remove(uint hash, Dialog dialog)
    {
        _count--;
        ref DialogLinks links = ref Links(dialog);
        (int older, int younger) = (links.Older, links.Younger);
        links = default;
        if (older != DialogIndex.None)
            Links(slots[older]!).Younger = younger;
        if (younger != DialogIndex.None)
        {
            Links(slots[younger]!).Older = older;
            return;
        }

        int at = _firsts.Find(hash);
        if (older != DialogIndex.None)
            _firsts[at] = older;
        else
            _firsts.RemoveAt(at);
    }

    // Ids of one Call-ID count up, and begin again at zero some day.
    private static bool IsYounger(Dialog dialog, Dialog than) => unchecked((int)(dialog.Id.Id - than.Id.Id)) > 0;

    private readonly ref DialogLinks Links(Dialog dialog) => ref isOfTags ? ref dialog.TagLinks : ref dialog.CallIdLinks;
}
