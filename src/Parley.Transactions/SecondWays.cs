using Parley.Transport;

namespace Parley.Transactions;

/// <summary>
/// Messages without a transaction that have a second way to go should the first fail later (a connection that is refused): kept for as long as
/// that may take. Bounded in number and in bytes; what there is no room for any more loses its second way.
/// </summary>
internal sealed class SecondWays(BufferPool buffers, TimerService timers) : ITimerTarget
{
    private const int Slots = 256;
    private const int MostBytes = 1024 * 1024;
    private const int SequenceMask = 0xFFFFFF;

    // Longer than a connection and its handshake may take to fail.
    private const long KeptMilliseconds = 20_000;

    private readonly Entry[] _entries = new Entry[Slots];
    private readonly Lock _lock = new();
    private int _next;
    private int _bytes;
    private int _sequence;

    /// <summary>Bytes held.</summary>
    public int Bytes => Volatile.Read(ref _bytes);

    /// <summary>Keeps a copy; the token to send the first try with: its upper half is 0, which no transaction's is, and its lower half is not.</summary>
    public ulong Keep(ReadOnlySpan<byte> message, in SipFlow flow, SipEndPoint cause)
    {
        if (message.Length > MostBytes)
            return 0;
        int slot,
            sequence;
        lock (_lock)
        {
            slot = _next;
            _next = (_next + 1) % Slots;
            Drop(slot);
            // The slots behind the new one hold the oldest.
            for (int i = 0; i < Slots && _bytes + message.Length > MostBytes; i++)
                Drop((_next + i) % Slots);
            sequence = _sequence = _sequence == SequenceMask ? 1 : _sequence + 1;
            ref Entry entry = ref _entries[slot];
            entry.Buffer = buffers.Rent(message.Length);
            message.CopyTo(entry.Buffer);
            entry.Length = message.Length;
            entry.Sequence = sequence;
            entry.Flow = flow;
            entry.Cause = cause;
            _bytes += message.Length;
        }

        timers.Arm(this, slot, sequence, KeptMilliseconds);
        return ((uint)sequence << 8) | (uint)slot;
    }

    /// <summary>The first way failed: the second one, once. The buffer is the caller's to give back.</summary>
    public bool TryTake(ulong token, out byte[] buffer, out int length, out SipFlow flow, out SipEndPoint cause)
    {
        lock (_lock)
        {
            ref Entry entry = ref _entries[(int)(token & 0xFF)];
            (buffer, length, flow, cause) = (entry.Buffer!, entry.Length, entry.Flow, entry.Cause);
            if (entry.Buffer is null || entry.Sequence != (int)(token >> 8))
                return false;
            _bytes -= entry.Length;
            entry = default;
            return true;
        }
    }

    void ITimerTarget.OnTimer(int kind, long version)
    {
        lock (_lock)
        {
            if (_entries[kind].Sequence == (int)version)
                Drop(kind);
        }
    }

    private void Drop(int slot)
    {
        ref Entry entry = ref _entries[slot];
        if (entry.Buffer is null)
            return;
        _bytes -= entry.Length;
        buffers.Return(entry.Buffer);
        entry = default;
    }

    private struct Entry
    {
        public byte[]? Buffer;
        public int Length;
        public int Sequence;
        public SipFlow Flow;
        public SipEndPoint Cause;
    }
}
