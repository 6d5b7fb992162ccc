namespace Parley.Transport;

/// <summary>The datagrams that one thread has for one socket: packed one behind the other, sent together. Not thread-safe.</summary>
internal abstract class DatagramOutput
{
    // The largest datagram always fits, and a batch of usual ones too.
    private const int BufferSize = 128 * 1024;

    private readonly ulong[] _tokens;
    private readonly int[] _lengths;
    private readonly SipTransportCounters _counters;
    private int _used;

    protected DatagramOutput(int batchSize, SipTransportCounters counters)
    {
        _tokens = new ulong[batchSize];
        _lengths = new int[batchSize];
        _counters = counters;
        Buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    }

    public int Count { get; private set; }

    public bool IsFull => Count == _tokens.Length;

    /// <summary>Pinned.</summary>
    protected byte[] Buffer { get; }

    /// <summary>False when there is no room: send first.</summary>
    /// <param name="remote">The far end.</param>
    /// <param name="local">The address to leave from, for a socket on a wildcard address; any: the system's choice.</param>
    /// <param name="message">The datagram.</param>
    /// <param name="token">What to report a failure by.</param>
    public bool TryAppend(in SipEndPoint remote, in SipEndPoint local, ReadOnlySpan<byte> message, ulong token)
    {
        if (IsFull || message.Length > Buffer.Length - _used)
            return false;
        message.CopyTo(Buffer.AsSpan(_used));
        SetEntry(Count, _used, message.Length, remote, local);
        _tokens[Count] = token;
        _lengths[Count] = message.Length;
        _used += message.Length;
        Count++;
        return true;
    }

    /// <summary>Hands all to the kernel; the tokens of those it would not take are added to <paramref name="failed"/>.</summary>
    public void Send(FailedTokens failed)
    {
        var start = 0;
        long sent = 0,
            bytes = 0,
            lost = 0;
        while (start < Count)
        {
            var taken = SendSome(start, Count - start);
            if (taken > 0)
            {
                sent += taken;
                for (var i = start; i < start + taken; i++)
                    bytes += _lengths[i];
                start += taken;
                continue;
            }
            lost++;
            failed.Add(_tokens[start]);
            start++;
        }
        Count = 0;
        _used = 0;
        SipTransportCounters.Add(ref _counters._sent, sent);
        SipTransportCounters.Add(ref _counters._sentBytes, bytes);
        SipTransportCounters.Add(ref _counters._sendFailed, lost);
    }

    protected abstract void SetEntry(int index, int offset, int length, in SipEndPoint remote, in SipEndPoint local);

    /// <summary>Sends entries from <paramref name="start"/> on: how many the kernel took, 0 when the first of them cannot be sent.</summary>
    protected abstract int SendSome(int start, int count);
}
