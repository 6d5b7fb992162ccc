namespace Parley.Transactions;

/// <summary>The pool of one kind of object, and the way from an index to it: objects are made once and reused, each life with a new generation.</summary>
internal sealed class SlotTable<T>(Func<uint, T> make)
    where T : class
{
    private const int ChunkBits = 12; // 32 KB: few heads of arrays, which stay warm, and none among the large objects
    private const int ChunkSize = 1 << ChunkBits;

    private readonly Lock _lock = new();
    private T[][] _chunks = [];
    private Free[] _free = new Free[256]; // the objects themselves: renting one touches no other memory
    private int _freeCount;
    private uint _made;
    private int _live;

    /// <summary>How many are in use.</summary>
    public int Live => Volatile.Read(ref _live);

    public T Rent()
    {
        lock (_lock)
        {
            _live++;
            if (_freeCount > 0)
                return _free[--_freeCount].Item;

            if (_made >> ChunkBits == _chunks.Length)
                Volatile.Write(ref _chunks, [.. _chunks, new T[ChunkSize]]);
            T made = make(_made);
            Volatile.Write(ref _chunks[_made >> ChunkBits][_made & (ChunkSize - 1)], made);
            _made++;
            return made;
        }
    }

    public void Return(T item)
    {
        lock (_lock)
        {
            _live--;
            if (_freeCount == _free.Length)
                Array.Resize(ref _free, _freeCount * 2);
            _free[_freeCount++].Item = item;
        }
    }

    /// <summary>Without a lock: the object at an index, null when there never was one. The caller compares the generation inside the strand.</summary>
    public T? At(uint index)
    {
        T[][] chunks = Volatile.Read(ref _chunks);
        return index >> ChunkBits < chunks.Length ? Volatile.Read(ref chunks[index >> ChunkBits][index & (ChunkSize - 1)]) : null;
    }

    // A struct, so that storing one does not ask for the type of the array.
    private struct Free
    {
        public T Item;
    }
}
