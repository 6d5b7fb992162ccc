using System.Numerics;
using Parley.Transactions;

namespace Parley.Dialogs;

/// <summary>
/// Places for references to dialogs: what lives longer than a call (the table, a pooled follower) keeps the number of a place instead of the reference.
/// Safe from any thread; nothing is allocated in steady state.
/// </summary>
/// <remarks>
/// The reason is the collector. An old object that refers to a young one is visited in each collection of the young, at 0.9 µs, and a call
/// needs five such references. Here those of calls that come one after the other lie side by side, so that a visit finds a dozen of them
/// (docs/design/hot-path.md, "Long-lived objects hold numbers"). For this a place is taken from blocks of 64 that are at least half free, one block after the other.
/// </remarks>
internal sealed class DialogSlots
{
    /// <summary>The number of no place.</summary>
    public const int None = DialogIndex.None;

    private const int MostColumns = 16;

    // A thread has its column, so that receive loops do not wait for each other. The low bits of a number are its column.
    private readonly Column[] _columns = new Column[
        BitOperations.RoundUpToPowerOf2((uint)Math.Min(MostColumns, Environment.ProcessorCount))
    ];
    private readonly int _columnBits;

    public DialogSlots()
    {
        for (int i = 0; i < _columns.Length; i++)
            _columns[i] = new Column();
        _columnBits = BitOperations.Log2((uint)_columns.Length);
    }

    /// <summary>The dialog that is there now; null when the place is free. Without a lock.</summary>
    public Dialog? this[int slot] => _columns[slot & (_columns.Length - 1)][slot >> _columnBits];

    /// <summary>Fetches the line in which a place lies (<see cref="CacheLine"/>).</summary>
    public void Prefetch(int slot) => _columns[slot & (_columns.Length - 1)].Prefetch(slot >> _columnBits);

    /// <summary>How many places are taken; what tests look for leaks by.</summary>
    public int Taken => _columns.Sum(column => column.Taken);

    /// <summary>A place for a dialog, until <see cref="Return"/>; never <see cref="None"/>.</summary>
    public int Rent(Dialog dialog)
    {
        int column = Environment.CurrentManagedThreadId & (_columns.Length - 1);
        return (_columns[column].Rent(dialog) << _columnBits) | column;
    }

    /// <summary>Empties a place: its number may be another dialog's from now on.</summary>
    public void Return(int slot) => _columns[slot & (_columns.Length - 1)].Return(slot >> _columnBits);

    private sealed class Column
    {
        private const int BlockBits = 6;
        private const int ChunkBits = 12; // 32 KB: not among the large objects, which only a full collection frees
        private const int ChunkMask = (1 << ChunkBits) - 1;
        private const int BlocksPerChunk = 1 << (ChunkBits - BlockBits);
        private const int HalfFree = 32;

        private readonly Lock _lock = new();
        private readonly Queue<int> _ready = new(); // blocks to take from next
        private Dialog?[][] _chunks = [new Dialog?[1 << ChunkBits]];
        private ulong[] _free = new ulong[BlocksPerChunk]; // a bit for each free place of each block
        private bool[] _isReady = new bool[BlocksPerChunk];
        private int _blocks = 1; // begun so far
        private int _current;
        private int _taken;

        public Column() => _free[0] = ~1UL; // place 0 is none

        public int Taken => Volatile.Read(ref _taken);

        public Dialog? this[int index] => Volatile.Read(ref _chunks)[index >> ChunkBits][index & ChunkMask];

        public void Prefetch(int index) => CacheLine.Fetch(in Volatile.Read(ref _chunks)[index >> ChunkBits][index & ChunkMask]);

        public int Rent(Dialog dialog)
        {
            lock (_lock)
            {
                if (_free[_current] == 0)
                    _current = NextBlock();
                int bit = BitOperations.TrailingZeroCount(_free[_current]);
                _free[_current] &= _free[_current] - 1;
                int index = (_current << BlockBits) | bit;
                Volatile.Write(ref _chunks[index >> ChunkBits][index & ChunkMask], dialog);
                _taken++;
                return index;
            }
        }

        public void Return(int index)
        {
            lock (_lock)
            {
                _chunks[index >> ChunkBits][index & ChunkMask] = null;
                _taken--;
                int block = index >> BlockBits;
                ulong free = _free[block] |= 1UL << (index & ((1 << BlockBits) - 1));
                if (block == _current || _isReady[block] || BitOperations.PopCount(free) < HalfFree)
                    return;
                _isReady[block] = true;
                _ready.Enqueue(block);
            }
        }

        private int NextBlock()
        {
            if (_ready.TryDequeue(out int block))
            {
                _isReady[block] = false;
                return block;
            }

            if (_blocks == _free.Length)
            {
                Array.Resize(ref _free, _blocks * 2);
                Array.Resize(ref _isReady, _blocks * 2);
            }

            if (_blocks == _chunks.Length * BlocksPerChunk)
                Volatile.Write(ref _chunks, [.. _chunks, new Dialog?[1 << ChunkBits]]);
            _free[_blocks] = ulong.MaxValue;
            return _blocks++;
        }
    }
}
