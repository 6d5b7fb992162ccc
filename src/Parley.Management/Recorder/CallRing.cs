using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Parley.Management;

/// <summary>
/// The ring of records. Each writing thread has a block of its own and appends to it; a full one is followed by the next in the ring, whose records are
/// forgotten. No thread waits for another: a block that is being written is passed over, a writer that is in use is passed on to the next, and what
/// finds none is counted as lost.
/// </summary>
internal sealed class CallRing : IDisposable
{
    private const int Writers = 64;
    private const int LeaseStride = 8; // a cache line each

    private readonly RingMemory _memory;
    private readonly Writer[] _writers = new Writer[Writers];

    // Of each block: its number, twice, and one more while it is written.
    private readonly long[] _leases;
    private readonly bool _isChecked;
    private long _next;
    private long _lost;
    private int _isClosed;

    public CallRing(RingMemory memory)
    {
        _memory = memory;
        _isChecked = memory.IsFile;
        _leases = new long[memory.BlockCount * LeaseStride];
        for (int i = 0; i < memory.BlockCount; i++)
            _next = Math.Max(_next, _leases[i * LeaseStride] = Restored(i));
        for (int i = 0; i < memory.BlockCount; i++)
            _leases[i * LeaseStride] <<= 1;
    }

    public RingMemory Memory => _memory;

    /// <summary>Records that were not taken: all blocks were being written.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>The longest payload of a record.</summary>
    public int LongestPayload => _memory.BlockSize - RingMemory.BlockHeader - RecordHeader.Size;

    /// <summary>Appends a record; a payload in two parts, together no longer than <see cref="LongestPayload"/>.</summary>
    public void Append(in RecordHeader header, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        int length = (RecordHeader.Size + first.Length + second.Length + 7) & ~7;
        int start = Environment.CurrentManagedThreadId;
        for (int i = 0; i < Writers; i++)
        {
            ref Writer writer = ref _writers[(start + i) & (Writers - 1)];
            if (Volatile.Read(ref writer.IsBusy) != 0 || Interlocked.CompareExchange(ref writer.IsBusy, 1, 0) != 0)
                continue;
            bool isDone = TryOpen(ref writer, length, out int place);
            if (isDone)
            {
                Write(ref writer, place, length, header, first, second);
                Volatile.Write(ref _leases[place * LeaseStride], writer.Block << 1);
            }

            Volatile.Write(ref writer.IsBusy, 0);
            if (!isDone)
                Interlocked.Increment(ref _lost);
            return;
        }

        Interlocked.Increment(ref _lost);
    }

    /// <summary>Takes every writer away, so that nobody writes any more, and lets the memory go. What comes later is counted as lost.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        for (int i = 0; i < Writers; i++)
        {
            int place = i;
            SpinWait.SpinUntil(() => Interlocked.CompareExchange(ref _writers[place].IsBusy, 1, 0) == 0);
        }

        _memory.Dispose();
    }

    /// <summary>The block that the writer has, or a new one; its lease is held.</summary>
    private bool TryOpen(ref Writer writer, int length, out int place)
    {
        long held = writer.Block << 1;
        place = (int)(writer.Block % _memory.BlockCount);
        if (
            writer.Block != 0
            && writer.Used + length <= _memory.BlockSize
            && Interlocked.CompareExchange(ref _leases[place * LeaseStride], held | 1, held) == held
        )
            return true;
        for (int i = 0; i < _memory.BlockCount; i++)
        {
            long number = Interlocked.Increment(ref _next);
            place = (int)(number % _memory.BlockCount);
            ref long lease = ref _leases[place * LeaseStride];
            long former = Volatile.Read(ref lease);
            if ((former & 1) != 0 || former >> 1 >= number || Interlocked.CompareExchange(ref lease, (number << 1) | 1, former) != former)
                continue;
            // Readers see the old number go before the old records do, and the new one when there is nothing to read yet.
            Volatile.Write(ref _memory.NumberOf(place), 0);
            Interlocked.MemoryBarrier();
            Volatile.Write(ref _memory.UsedOf(place), RingMemory.BlockHeader);
            Volatile.Write(ref _memory.NumberOf(place), number);
            (writer.Block, writer.Used) = (number, RingMemory.BlockHeader);
            return true;
        }

        return false;
    }

    private void Write(
        ref Writer writer,
        int place,
        int length,
        in RecordHeader header,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second
    )
    {
        Span<byte> record = _memory.Block(place).Slice(writer.Used, length);
        ref RecordHeader head = ref Unsafe.As<byte, RecordHeader>(ref MemoryMarshal.GetReference(record));
        head = header;
        head.Length = length;
        head.Payload = first.Length + second.Length;
        first.CopyTo(record[RecordHeader.Size..]);
        second.CopyTo(record[(RecordHeader.Size + first.Length)..]);
        record[(RecordHeader.Size + head.Payload)..].Clear();
        if (_isChecked)
            head.Check = RecordCheck.Of(record);
        writer.Used += length;
        Volatile.Write(ref _memory.UsedOf(place), writer.Used);
    }

    /// <summary>The number of a block that a former process wrote; 0 of one that cannot be.</summary>
    private long Restored(int place)
    {
        long number = _memory.NumberOf(place);
        int used = _memory.UsedOf(place);
        if (
            number > 0
            && number < long.MaxValue >> 2
            && number % _memory.BlockCount == place
            && used >= RingMemory.BlockHeader
            && used <= _memory.BlockSize
        )
            return number;
        _memory.NumberOf(place) = 0;
        return 0;
    }

    /// <summary>A cache line of its own, so that threads do not slow each other down.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Writer
    {
        [FieldOffset(0)]
        public int IsBusy;

        [FieldOffset(4)]
        public int Used;

        [FieldOffset(8)]
        public long Block;
    }
}
