using Parley.Transactions;

namespace Parley.Dialogs;

/// <summary>
/// An open table from a tag, 32 bits of a hash, to places of dialogs (<see cref="DialogSlots"/>): linear probing, at most three quarters
/// full, doubled when it is. Nothing is allocated but then.
/// </summary>
/// <remarks>
/// The tag stands beside the place, eight of these pairs in a line of the cache. So a search that finds nothing, an adding, a removal and the
/// growing read this array alone; no dialog, each of which was last used by another call half a minute ago, is visited but the one that is found.
/// </remarks>
internal struct DialogIndex()
{
    /// <summary>The place that no dialog has; see <see cref="DialogSlots"/>.</summary>
    public const int None = 0;

    private const int FirstSize = 16;

    private Entry[] _entries = new Entry[FirstSize];
    private int _count;

    /// <summary>All of it, with entries that are empty: those whose place is <see cref="None"/>.</summary>
    public readonly ReadOnlySpan<Entry> Entries => _entries;

    /// <summary>The dialog's place in the entry at this position.</summary>
    public readonly ref int this[int position] => ref _entries[position].Slot;

    /// <summary>The position of the first entry with this tag; -1: there is none. Valid until the next change.</summary>
    public readonly int Find(uint tag) => Search(tag, (int)tag);

    /// <summary>The position of the next one behind it.</summary>
    public readonly int FindNext(uint tag, int position) => Search(tag, position + 1);

    /// <summary>Fetches the line in which this tag begins to be looked for (<see cref="CacheLine"/>). Also without the lock: while the array grows it may be the wrong one.</summary>
    public readonly void Prefetch(uint tag)
    {
        Entry[] entries = _entries;
        CacheLine.Fetch(in entries[(int)tag & (entries.Length - 1)]);
    }

    /// <summary>Adds an entry, whether there are others with its tag or not.</summary>
    public void Add(uint tag, int slot)
    {
        if ((_count + 1) * 4 > _entries.Length * 3)
            Grow();
        Insert(new Entry(tag, slot));
        _count++;
    }

    /// <summary>Removes an entry. Entries behind it that could stand there move up, so that no tombstones remain.</summary>
    public void RemoveAt(int position)
    {
        int mask = _entries.Length - 1;
        int hole = position;
        for (int i = (hole + 1) & mask; _entries[i].Slot != None; i = (i + 1) & mask)
        {
            int home = (int)_entries[i].Tag & mask;
            if (((i - home) & mask) < ((i - hole) & mask))
                continue;
            _entries[hole] = _entries[i];
            hole = i;
        }

        _entries[hole] = default;
        _count--;
    }

    private readonly int Search(uint tag, int from)
    {
        Entry[] entries = _entries;
        int mask = entries.Length - 1;
        for (int i = from & mask; entries[i].Slot != None; i = (i + 1) & mask)
            if (entries[i].Tag == tag)
                return i;
        return -1;
    }

    private readonly void Insert(in Entry entry)
    {
        int mask = _entries.Length - 1;
        int i = (int)entry.Tag & mask;
        while (_entries[i].Slot != None)
            i = (i + 1) & mask;
        _entries[i] = entry;
    }

    private void Grow()
    {
        Entry[] old = _entries;
        _entries = new Entry[old.Length * 2];
        foreach (ref readonly Entry entry in old.AsSpan())
            if (entry.Slot != None)
                Insert(entry);
    }

    internal struct Entry(uint tag, int slot)
    {
        public readonly uint Tag = tag;
        public int Slot = slot;
    }
}
