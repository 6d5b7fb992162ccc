using Parley.Transactions;

namespace Parley.Dialogs;

/// <summary>
/// An open table from a tag, 32 bits of a hash, to places of dialogs (<see cref="DialogSlots"/>).
/// </summary>
/// <remarks>
/// The tag stands beside the place, eight of these pairs in a line of the cache. So a search that finds nothing, an adding, a removal and the
/// growing read this array alone; no dialog, each of which was last used by another call half a minute ago, is visited but the one that is found.
/// </remarks>
internal struct DialogIndex()
{
    /// <summary>The place that no dialog has; see <see cref="DialogSlots"/>.</summary>
    public const int None = 0;

    /// <summary>How many entries one begins with; a guess for who copies one.</summary>
    public const int FirstSize = 16;

    private OpenTable<Entry> _table = new();

    /// <summary>All of it, with entries that are empty: those whose place is <see cref="None"/>.</summary>
    public readonly ReadOnlySpan<Entry> Entries => _table.Entries;

    /// <summary>The dialog's place in the entry at this position.</summary>
    public readonly ref int this[int position] => ref _table.Entries[position].Slot;

    /// <summary>The position of the first entry with this tag; -1: there is none. Valid until the next change.</summary>
    public readonly int Find(uint tag) => Search(tag, (int)tag);

    /// <summary>The position of the next one behind it.</summary>
    public readonly int FindNext(uint tag, int position) => Search(tag, position + 1);

    /// <summary>Fetches the line in which this tag begins to be looked for. Also without the lock: while the array grows it may be the wrong one.</summary>
    public readonly void Prefetch(uint tag) => _table.Prefetch((int)tag);

    /// <summary>Adds an entry, whether there are others with its tag or not.</summary>
    public void Add(uint tag, int slot) => _table.Add(new Entry(tag, slot));

    /// <summary>Removes an entry.</summary>
    public void RemoveAt(int position) => _table.RemoveAt(position);

    private readonly int Search(uint tag, int from)
    {
        Entry[] entries = _table.Entries;
        int mask = entries.Length - 1;
        for (int i = from & mask; entries[i].Slot != None; i = (i + 1) & mask)
            if (entries[i].Tag == tag)
                return i;
        return -1;
    }

    internal struct Entry(uint tag, int slot) : IOpenTableEntry
    {
        public readonly uint Tag = tag;
        public int Slot = slot;

        public readonly bool IsEmpty => Slot == None;

        public readonly int Home => (int)Tag;
    }
}
