using System.Runtime.InteropServices;
using System.Text;

namespace Parley.Management;

/// <summary>
/// The records of the ring by Call-ID, brought up to date when somebody reads: as long as nobody does, it costs nothing. Reads the ring without stopping its
/// writers: what is overwritten meanwhile is left out. Used under the lock of its owner.
/// </summary>
internal sealed class CallIndex
{
    private const int MostSamplings = 1000;

    private readonly RingMemory _memory;
    private readonly Dictionary<string, IndexedCall> _calls = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, IndexedCall> _dialogs = [];
    private readonly BlockState[] _blocks;
    private readonly int[] _order;
    private readonly byte[] _buffer;
    private readonly List<(long Ticks, uint Threshold)> _samplings = [];

    public CallIndex(RingMemory memory)
    {
        _memory = memory;
        _blocks = new BlockState[memory.BlockCount];
        _order = new int[memory.BlockCount];
        _buffer = new byte[memory.BlockSize];
        for (int i = 0; i < _blocks.Length; i++)
            _blocks[i] = new BlockState();
    }

    public IReadOnlyCollection<IndexedCall> Calls => _calls.Values;

    /// <summary>Records that a crash of the machine tore, and what lies behind them in their blocks.</summary>
    public int Torn { get; private set; }

    public IndexedCall? Find(string callId) => _calls.GetValueOrDefault(callId);

    public IndexedCall? FindByDialog(ulong dialog) => _dialogs.GetValueOrDefault(dialog);

    /// <summary>When the recording of a call was given up because too many came; null: it was not.</summary>
    public long? LeftOutAt(IndexedCall call)
    {
        uint hash = CallIdScan.Hash(Encoding.UTF8.GetBytes(call.CallId));
        foreach ((long ticks, uint threshold) in _samplings)
            if (ticks > call.FirstTicks && hash > threshold)
                return ticks;
        return null;
    }

    /// <summary>Takes in what was written since, in the order in which the blocks were begun.</summary>
    public void Refresh()
    {
        long[] numbers = new long[_order.Length];
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
            numbers[i] = Volatile.Read(ref _memory.NumberOf(i));
        }

        Array.Sort(numbers, _order);
        for (int i = 0; i < _order.Length; i++)
            Refresh(_order[i], numbers[i]);
    }

    /// <summary>A copy of a record; false when it has been overwritten.</summary>
    public bool TryRead(RecordRef record, out RecordHeader header, out byte[] payload)
    {
        payload = [];
        header = default;
        if (Volatile.Read(ref _memory.NumberOf(record.Place)) != record.Number)
            return false;
        Span<byte> bytes = _memory.Block(record.Place)[record.Offset..];
        header = MemoryMarshal.Read<RecordHeader>(bytes);
        if (header.Payload < 0 || header.Payload > bytes.Length - RecordHeader.Size)
            return false;
        payload = bytes.Slice(RecordHeader.Size, header.Payload).ToArray();
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _memory.NumberOf(record.Place)) == record.Number;
    }

    private void Refresh(int place, long number)
    {
        BlockState state = _blocks[place];
        if (number != state.Number)
        {
            Forget(state);
            (state.Number, state.Read) = (number, RingMemory.BlockHeader);
        }

        int used = Volatile.Read(ref _memory.UsedOf(place));
        if (number == 0 || used <= state.Read || used > _memory.BlockSize)
            return;
        Span<byte> copy = _buffer.AsSpan(0, used - state.Read);
        _memory.Block(place)[state.Read..used].CopyTo(copy);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _memory.NumberOf(place)) != number)
            return; // overwritten meanwhile: the next time
        Take(copy, place, state);
        state.Read = used;
    }

    private void Take(ReadOnlySpan<byte> records, int place, BlockState state)
    {
        int at = 0;
        while (records.Length - at >= RecordHeader.Size)
        {
            RecordHeader header = MemoryMarshal.Read<RecordHeader>(records[at..]);
            int length = header.Length;
            bool isSound =
                length >= RecordHeader.Size
                && (length & 7) == 0
                && length <= records.Length - at
                && (uint)header.Payload <= (uint)(length - RecordHeader.Size)
                && (!_memory.IsFile || header.Check == RecordCheck.Of(records.Slice(at, length)));
            if (!isSound)
            {
                Torn++;
                return;
            }

            Take(header, records.Slice(at + RecordHeader.Size, header.Payload), new RecordRef(place, state.Number, state.Read + at), state);
            at += length;
        }
    }

    private void Take(in RecordHeader header, ReadOnlySpan<byte> payload, RecordRef record, BlockState state)
    {
        ReadOnlySpan<byte> callId;
        switch (header.Kind)
        {
            case RecordKind.Inbound or RecordKind.Outbound:
                callId = CallIdScan.Of(payload);
                break;
            case RecordKind.Step when (uint)header.CallIdLength <= (uint)payload.Length:
                callId = payload[..header.CallIdLength];
                break;
            case RecordKind.Sampling:
                if (_samplings.Count == MostSamplings)
                    _samplings.RemoveAt(0);
                _samplings.Add((header.Ticks, (uint)header.Number));
                return;
            default:
                return;
        }

        if (callId.IsEmpty)
            return; // noise
        IndexedCall call = CallOf(callId);
        call.Records.Add(record);
        call.FirstTicks = Math.Min(call.FirstTicks, header.Ticks);
        call.LastTicks = Math.Max(call.LastTicks, header.Ticks);
        call.Version++;
        if (header.Kind == RecordKind.Step && (header.Flags & RecordHeader.DialogFlag) != 0)
        {
            call.Dialog ??= header.Dialog;
            _dialogs[header.Dialog] = call;
        }

        if (state.Calls.Count == 0 || state.Calls[^1] != call)
            state.Calls.Add(call);
    }

    private IndexedCall CallOf(ReadOnlySpan<byte> callId)
    {
        Dictionary<string, IndexedCall>.AlternateLookup<ReadOnlySpan<char>> lookup = _calls.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> text = callId.Length <= 256 ? stackalloc char[256] : new char[callId.Length];
        text = text[..Encoding.UTF8.GetChars(callId, text)];
        if (!lookup.TryGetValue(text, out IndexedCall? call))
        {
            call = new IndexedCall(text.ToString());
            _calls.Add(call.CallId, call);
        }

        return call;
    }

    /// <summary>The block's records have been overwritten.</summary>
    private void Forget(BlockState state)
    {
        foreach (IndexedCall call in state.Calls)
        {
            if (call.Records.RemoveAll(record => record.Number == state.Number) > 0)
            {
                call.IsBeginningLost = true;
                call.Version++;
            }

            if (call.Records.Count > 0)
                continue;
            _calls.Remove(call.CallId);
            if (call.Dialog is { } dialog && _dialogs.GetValueOrDefault(dialog) == call)
                _dialogs.Remove(dialog);
        }

        state.Calls.Clear();
    }

    private sealed class BlockState
    {
        public long Number { get; set; }

        public int Read { get; set; }

        public List<IndexedCall> Calls { get; } = [];
    }
}
