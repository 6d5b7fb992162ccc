namespace Parley.Transactions;

/// <summary>An open table: linear probing in one array, at most three quarters full, doubled when it is. Nothing is allocated but then. Not safe from several threads.</summary>
/// <remarks>
/// A search walks over <see cref="Entries"/> from <see cref="IOpenTableEntry.Home"/> to the first empty entry: what makes two keys the same is
/// the user's affair, and an array in a local variable is as fast as it gets.
/// </remarks>
/// <typeparam name="T">The entry: the key's hash, or a part of it, beside the value.</typeparam>
public struct OpenTable<T>()
    where T : struct, IOpenTableEntry
{
    private const int FirstSize = 16;

    private T[] _entries = new T[FirstSize];
    private int _count;

    /// <summary>The entries, as many as a power of two, of which at least one is empty; valid until the next change of the table.</summary>
    public readonly T[] Entries => _entries;

    /// <summary>Asks for the line in which an entry begins to be looked for (<see cref="CacheLine"/>). From any thread: while the array grows it may be the wrong one.</summary>
    /// <param name="home">The entry's <see cref="IOpenTableEntry.Home"/>.</param>
    public readonly void Prefetch(int home)
    {
        T[] entries = Volatile.Read(in _entries);
        CacheLine.Fetch(in entries[home & (entries.Length - 1)]);
    }

    /// <summary>Adds an entry, whether there are others like it or not.</summary>
    /// <param name="entry">The entry, not empty.</param>
    public void Add(in T entry)
    {
        if ((_count + 1) * 4 > _entries.Length * 3)
            Grow();
        Insert(entry);
        _count++;
    }

    /// <summary>Removes an entry. Entries behind it that could stand there move up, so that no tombstones remain.</summary>
    /// <param name="position">Its index in <see cref="Entries"/>.</param>
    public void RemoveAt(int position)
    {
        T[] entries = _entries;
        int mask = entries.Length - 1;
        int hole = position;
        for (int i = (hole + 1) & mask; !entries[i].IsEmpty; i = (i + 1) & mask)
        {
            int home = entries[i].Home & mask;
            if (((i - home) & mask) < ((i - hole) & mask))
                continue;
            entries[hole] = entries[i];
            hole = i;
        }

        entries[hole] = default;
        _count--;
    }

    private readonly void Insert(in T entry)
    {
        T[] entries = _entries;
        int mask = entries.Length - 1;
        int i = entry.Home & mask;
        while (!entries[i].IsEmpty)
            i = (i + 1) & mask;
        entries[i] = entry;
    }

    private void Grow()
    {
        T[] old = _entries;
        _entries = new T[old.Length * 2];
        foreach (ref readonly T entry in old.AsSpan())
        {
            if (!entry.IsEmpty)
                Insert(entry);
        }
    }
}
