namespace Parley.Dialogs;

/// <summary>A record of a <see cref="Slab{T}"/>: while free, its link holds the next free one.</summary>
internal interface ISlabRecord
{
    int Link { get; set; }
}

/// <summary>
/// Records in chunks that never move, named by a number from 1 on; freed ones are used again. Records without references give the garbage
/// collector nothing to do, and growing copies none. Not thread-safe.
/// </summary>
internal struct Slab<T>
    where T : struct, ISlabRecord
{
    private const int ChunkShift = 6;
    private const int ChunkSize = 1 << ChunkShift;

    private T[][]? _chunks;
    private int _used;
    private int _free;

    /// <summary>Records in use.</summary>
    public int Count { get; private set; }

    /// <summary>The highest number given so far.</summary>
    public readonly int Highest => _used;

    public readonly ref T this[int number] => ref _chunks![(number - 1) >> ChunkShift][(number - 1) & (ChunkSize - 1)];

    /// <summary>The number of an empty record.</summary>
    public int Take()
    {
        Count++;
        if (_free != 0)
        {
            int number = _free;
            ref T record = ref this[number];
            _free = record.Link;
            record = default;
            return number;
        }

        int chunk = _used >> ChunkShift;
        _chunks ??= [];
        if (chunk == _chunks.Length)
            Array.Resize(ref _chunks, Math.Max(1, chunk * 2));
        _chunks[chunk] ??= new T[ChunkSize];
        return ++_used;
    }

    public void Give(int number)
    {
        ref T record = ref this[number];
        record = default;
        record.Link = _free;
        _free = number;
        Count--;
    }
}
