namespace Parley.Testing;

/// <summary>A 4-ary heap of structs ordered by (due, sequence): equal moments run in the order they were scheduled.</summary>
internal sealed class EventHeap
{
    private Entry[] _entries = new Entry[256];

    internal int Count { get; private set; }

    internal long NextDue => _entries[0].Due;

    internal void Push(in Entry entry)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        SiftUp(Count++, entry);
    }

    internal Entry Pop()
    {
        Entry first = _entries[0];
        int last = --Count;
        Entry moved = _entries[last];
        _entries[last] = default;
        if (last > 0)
            SiftDown(0, moved);
        return first;
    }

    /// <summary>Drops the entries of timers that were changed or stopped since.</summary>
    internal void RemoveStale()
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_entries[i].Target is SimulatedTimer timer && !timer.IsCurrent(_entries[i].Argument))
                continue;
            _entries[kept++] = _entries[i];
        }
        Array.Clear(_entries, kept, Count - kept);
        Count = kept;
        for (int i = (kept - 2) / 4; i >= 0 && kept > 1; i--)
            SiftDown(i, _entries[i]);
    }

    private void SiftUp(int index, in Entry entry)
    {
        Entry[] entries = _entries;
        while (index > 0)
        {
            int parent = (index - 1) >> 2;
            if (!entry.IsBefore(entries[parent]))
                break;
            entries[index] = entries[parent];
            index = parent;
        }
        entries[index] = entry;
    }

    private void SiftDown(int index, in Entry entry)
    {
        Entry[] entries = _entries;
        for (; ; )
        {
            int child = (index << 2) + 1;
            if (child >= Count)
                break;
            int end = Math.Min(child + 4, Count);
            int least = child;
            for (int i = child + 1; i < end; i++)
                if (entries[i].IsBefore(entries[least]))
                    least = i;
            if (!entries[least].IsBefore(entry))
                break;
            entries[index] = entries[least];
            index = least;
        }
        entries[index] = entry;
    }

    /// <summary>One scheduled event. Target is an Action or an <see cref="ISimulationEvent"/>.</summary>
    internal readonly struct Entry(long due, long sequence, object target, long argument)
    {
        internal readonly long Due = due;
        internal readonly long Sequence = sequence;
        internal readonly object Target = target;
        internal readonly long Argument = argument;

        internal bool IsBefore(in Entry other) => Due < other.Due || (Due == other.Due && Sequence < other.Sequence);
    }
}
