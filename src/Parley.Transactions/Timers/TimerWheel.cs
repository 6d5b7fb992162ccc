using System.Numerics;

namespace Parley.Transactions;

/// <summary>
/// A hierarchical hashed timer wheel with ticks of 10 ms. A million pending timers cost no more per tick than the due ones. Timers of
/// one tick fire in the order in which they were added, never early. Not thread-safe: one per loop thread.
/// </summary>
/// <remarks>
/// Five levels of 256 slots. A timer lies on the level of the highest byte in which its tick differs from the current one, and moves
/// down once each time the wheel enters its slot. Bit maps of the occupied slots let the wheel jump over empty time. A slot is a chain of
/// pooled blocks of records: the timers of a moment are written side by side and read side by side 32 s later, when they are in no cache
/// (docs/design/hot-path.md, "Cold memory"). Nothing is allocated per timer in steady state.
/// </remarks>
public sealed class TimerWheel
{
    internal const int TickMilliseconds = 10;

    private const int Levels = 5;
    private const int SlotBits = 8;
    private const int Slots = 1 << SlotBits;
    private const int WordsPerLevel = Slots / 64;
    private const long LastTick = (1L << (Levels * SlotBits)) - 1;

    private readonly Block?[] _heads = new Block?[Levels * Slots];
    private readonly Block?[] _tails = new Block?[Levels * Slots];
    private readonly ulong[] _occupied = new ulong[Levels * WordsPerLevel];
    private Block? _free;

    // What is due: a chain taken off its slot, and how far its first block has been read.
    private Block? _due;
    private int _read;

    // The next tick to be dealt with: all before it have fired, and the slots above that begin at or before it have moved down.
    private long _tick;

    /// <summary>Makes an empty wheel.</summary>
    /// <param name="nowMilliseconds">The present on the clock that <see cref="Advance"/> and <see cref="Add"/> will use; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="nowMilliseconds"/> is negative.</exception>
    public TimerWheel(long nowMilliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nowMilliseconds);
        _tick = nowMilliseconds / TickMilliseconds;
    }

    /// <summary>How many timers are pending, stale ones included.</summary>
    public int Count { get; private set; }

    /// <summary>How many entries were fired or moved down since the beginning: what the wheel's work is measured by.</summary>
    internal long Touched { get; private set; }

    /// <summary>Adds a timer. One whose time has come already fires at the next tick.</summary>
    /// <param name="target">Whom to call.</param>
    /// <param name="kind">Given back to the target.</param>
    /// <param name="version">Given back to the target.</param>
    /// <param name="dueMilliseconds">When, on the wheel's clock; rounded up to a tick.</param>
    public void Add(ITimerTarget target, int kind, long version, long dueMilliseconds)
    {
        ArgumentNullException.ThrowIfNull(target);
        long tick = dueMilliseconds > LastTick * TickMilliseconds ? LastTick : (dueMilliseconds + TickMilliseconds - 1) / TickMilliseconds;
        Place(new Entry(target, version, Math.Max(tick, _tick), kind));
        Count++;
    }

    /// <summary>Fires all that is due; timers added meanwhile wait at least for the next tick.</summary>
    /// <param name="nowMilliseconds">The present; going back is harmless.</param>
    /// <returns>How many timers fired.</returns>
    public int Advance(long nowMilliseconds)
    {
        int fired = 0;
        while (TryTakeDue(nowMilliseconds, out ITimerTarget? target, out int kind, out long version))
        {
            fired++;
            target!.OnTimer(kind, version);
        }

        return fired;
    }

    /// <summary>Takes out the next due timer: the caller fires it, outside of any lock.</summary>
    internal bool TryTakeDue(long nowMilliseconds, out ITimerTarget? target, out int kind, out long version)
    {
        if (_due is null && !FindDue(nowMilliseconds / TickMilliseconds))
        {
            target = null;
            kind = 0;
            version = 0;
            return false;
        }

        Block block = _due!;
        ref Entry entry = ref block.Entries[_read++];
        (target, version, kind) = (entry.Target, entry.Version, entry.Kind);
        if (_read == block.Count)
        {
            _due = block.Next;
            _read = 0;
            Free(block);
        }

        Count--;
        Touched++;
        return true;
    }

    /// <summary>The earliest instant at which there can be work: a due timer or a slot to move down. <see cref="long.MaxValue"/> when the wheel is empty.</summary>
    internal long NextWorkMilliseconds
    {
        get
        {
            if (_due is not null)
                return _tick * TickMilliseconds;
            long next = NextOccupiedTick();
            return next == long.MaxValue ? next : next * TickMilliseconds;
        }
    }

    private bool FindDue(long target)
    {
        while (_tick <= target)
        {
            long next = NextOccupiedTick();
            if (next > target)
            {
                Enter(target + 1);
                return false;
            }

            if (next > _tick)
                Enter(next);
            // The slot is taken off before the tick moves on: what is added while it fires belongs to a later tick.
            int slot = (int)(_tick & (Slots - 1));
            Block? head = Detach(slot);
            Enter(_tick + 1);
            if (head is not null)
            {
                _due = head;
                return true;
            }
        }

        return false;
    }

    /// <summary>Moves to a tick. Where slots of higher levels begin there, their entries move down, the highest first.</summary>
    private void Enter(long tick)
    {
        _tick = tick;
        for (int level = Levels - 1; level > 0; level--)
        {
            int shift = level * SlotBits;
            if ((tick & ((1L << shift) - 1)) != 0)
                continue;
            Block? block = Detach((level * Slots) + (int)((tick >> shift) & (Slots - 1)));
            while (block is not null)
            {
                foreach (ref readonly Entry entry in block.Entries.AsSpan(0, block.Count))
                    Place(entry);
                Touched += block.Count;
                Block? next = block.Next;
                Free(block);
                block = next;
            }
        }
    }

    private long NextOccupiedTick()
    {
        for (int level = 0; level < Levels; level++)
        {
            int shift = level * SlotBits;
            int current = (int)((_tick >> shift) & (Slots - 1));
            int slot = FindOccupied(level, level == 0 ? current : current + 1);
            if (slot >= 0)
                return (_tick >> (shift + SlotBits) << (shift + SlotBits)) | ((long)slot << shift);
        }

        return long.MaxValue;
    }

    private int FindOccupied(int level, int from)
    {
        if (from >= Slots)
            return -1;
        int word = from >> 6;
        ulong bits = _occupied[(level * WordsPerLevel) + word] & (ulong.MaxValue << (from & 63));
        while (bits == 0)
        {
            if (++word == WordsPerLevel)
                return -1;
            bits = _occupied[(level * WordsPerLevel) + word];
        }

        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }

    private void Place(in Entry entry)
    {
        ulong difference = (ulong)(entry.Tick ^ _tick);
        int level = difference == 0 ? 0 : BitOperations.Log2(difference) / SlotBits;
        int slot = (level * Slots) + (int)((entry.Tick >> (level * SlotBits)) & (Slots - 1));
        Block? tail = _tails[slot];
        if (tail is null || tail.Count == Block.Size)
        {
            Block added = TakeBlock();
            if (tail is not null)
                tail.Next = added;
            else
                _heads[slot] = added;
            _tails[slot] = tail = added;
            _occupied[slot >> 6] |= 1UL << (slot & 63);
        }

        tail.Entries[tail.Count++] = entry;
    }

    private Block? Detach(int slot)
    {
        Block? head = _heads[slot];
        if (head is not null)
        {
            _heads[slot] = _tails[slot] = null;
            _occupied[slot >> 6] &= ~(1UL << (slot & 63));
        }

        return head;
    }

    private Block TakeBlock()
    {
        Block block = _free ?? new Block();
        _free = block.Next;
        block.Next = null;
        return block;
    }

    private void Free(Block block)
    {
        Array.Clear(block.Entries, 0, block.Count); // a target may be no pooled one
        block.Count = 0;
        block.Next = _free;
        _free = block;
    }

    private sealed class Block
    {
        public const int Size = 16;

        public readonly Entry[] Entries = new Entry[Size];
        public int Count;
        public Block? Next;
    }

    private readonly record struct Entry(ITimerTarget Target, long Version, long Tick, int Kind);
}
