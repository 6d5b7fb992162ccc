using System.Numerics;

namespace Parley.Transactions;

/// <summary>
/// A hierarchical hashed timer wheel with ticks of 10 ms. A million pending timers cost no more per tick than the due ones. Timers of
/// one tick fire in the order in which they were added, never early. Not thread-safe: one per loop thread.
/// </summary>
/// <remarks>
/// Five levels of 256 slots. A timer lies on the level of the highest byte in which its tick differs from the current one, and moves
/// down once each time the wheel enters its slot. Bit maps of the occupied slots let the wheel jump over empty time. Entries lie in
/// arrays of records; nothing is allocated per timer in steady state.
/// </remarks>
public sealed class TimerWheel
{
    internal const int TickMilliseconds = 10;

    private const int Levels = 5;
    private const int SlotBits = 8;
    private const int Slots = 1 << SlotBits;
    private const int WordsPerLevel = Slots / 64;
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;
    private const int None = -1;
    private const long LastTick = (1L << (Levels * SlotBits)) - 1;

    private readonly int[] _heads = new int[Levels * Slots];
    private readonly int[] _tails = new int[Levels * Slots];
    private readonly ulong[] _occupied = new ulong[Levels * WordsPerLevel];
    private Entry[][] _chunks = [];
    private int _free = None;
    private int _dueHead = None;

    // The next tick to be dealt with: all before it have fired, and the slots above that begin at or before it have moved down.
    private long _tick;

    /// <summary>Makes an empty wheel.</summary>
    /// <param name="nowMilliseconds">The present on the clock that <see cref="Advance"/> and <see cref="Add"/> will use; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="nowMilliseconds"/> is negative.</exception>
    public TimerWheel(long nowMilliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nowMilliseconds);
        _tick = nowMilliseconds / TickMilliseconds;
        Array.Fill(_heads, None);
        Array.Fill(_tails, None);
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
        int index = TakeEntry();
        ref Entry entry = ref At(index);
        entry.Target = target;
        entry.Kind = kind;
        entry.Version = version;
        entry.Tick = Math.Max(tick, _tick);
        Place(index, ref entry);
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
        if (_dueHead == None && !FindDue(nowMilliseconds / TickMilliseconds))
        {
            target = null;
            kind = 0;
            version = 0;
            return false;
        }

        int index = _dueHead;
        ref Entry entry = ref At(index);
        _dueHead = entry.Next;
        target = entry.Target;
        kind = entry.Kind;
        version = entry.Version;
        entry.Target = null;
        entry.Next = _free;
        _free = index;
        Count--;
        Touched++;
        return true;
    }

    /// <summary>The earliest instant at which there can be work: a due timer or a slot to move down. <see cref="long.MaxValue"/> when the wheel is empty.</summary>
    internal long NextWorkMilliseconds
    {
        get
        {
            if (_dueHead != None)
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
            int head = Detach(slot);
            Enter(_tick + 1);
            if (head != None)
            {
                _dueHead = head;
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
            int index = Detach((level * Slots) + (int)((tick >> shift) & (Slots - 1)));
            while (index != None)
            {
                ref Entry entry = ref At(index);
                int next = entry.Next;
                Place(index, ref entry);
                Touched++;
                index = next;
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

    private void Place(int index, ref Entry entry)
    {
        ulong difference = (ulong)(entry.Tick ^ _tick);
        int level = difference == 0 ? 0 : BitOperations.Log2(difference) / SlotBits;
        int slot = (level * Slots) + (int)((entry.Tick >> (level * SlotBits)) & (Slots - 1));
        entry.Next = None;
        if (_heads[slot] == None)
        {
            _heads[slot] = index;
            _occupied[slot >> 6] |= 1UL << (slot & 63);
        }
        else
        {
            At(_tails[slot]).Next = index;
        }

        _tails[slot] = index;
    }

    private int Detach(int slot)
    {
        int head = _heads[slot];
        if (head != None)
        {
            _heads[slot] = _tails[slot] = None;
            _occupied[slot >> 6] &= ~(1UL << (slot & 63));
        }

        return head;
    }

    private ref Entry At(int index) => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    private int TakeEntry()
    {
        if (_free == None)
        {
            int first = _chunks.Length << ChunkBits;
            Entry[] chunk = new Entry[ChunkSize];
            for (int i = 0; i < ChunkSize; i++)
                chunk[i].Next = i + 1 < ChunkSize ? first + i + 1 : None;
            _chunks = [.. _chunks, chunk];
            _free = first;
        }

        int index = _free;
        _free = At(index).Next;
        return index;
    }

    private struct Entry
    {
        public ITimerTarget? Target;
        public long Version;
        public long Tick;
        public int Kind;
        public int Next;
    }
}
