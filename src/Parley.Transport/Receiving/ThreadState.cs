using Parley.Sip;

namespace Parley.Transport;

/// <summary>What one thread has open with one transport: its datagram batches, the connections it wrote to, the view it parses into.</summary>
internal sealed class ThreadState(int listeners)
{
    // Connections whose output is not being written yet; one may be listed twice.
    private readonly StreamConnection[] _dirty = new StreamConnection[64];
    private int _dirtyCount;
    private SipMessage? _message = new();

    /// <summary>By listener; null until the thread first sends there.</summary>
    public DatagramOutput?[] Datagrams { get; } = new DatagramOutput?[listeners];

    public bool HasDatagrams { get; set; }

    public FailedTokens Failed { get; } = new();

    /// <summary>On the thread of a receive loop: the socket that it reads.</summary>
    public DatagramSocket? OwnSocket { get; set; }

    /// <summary>On the thread of a receive loop: its number among those of its listener; else null.</summary>
    public int? LoopNumber { get; set; }

    /// <summary>The reusable view; a new one when the thread is already inside a message.</summary>
    public SipMessage TakeMessage()
    {
        var message = _message ?? new SipMessage();
        _message = null;
        return message;
    }

    public void Return(SipMessage message) => _message = message;

    /// <summary>The connection has output: <see cref="FlushStreams"/> will begin to write it.</summary>
    public void MarkDirty(StreamConnection connection)
    {
        if (_dirtyCount > 0 && ReferenceEquals(_dirty[_dirtyCount - 1], connection))
            return;
        if (_dirtyCount == _dirty.Length)
            FlushStreams();
        _dirty[_dirtyCount++] = connection;
    }

    public void FlushStreams()
    {
        var count = _dirtyCount;
        _dirtyCount = 0;
        for (var i = 0; i < count; i++)
        {
            _dirty[i].Flush();
            _dirty[i] = null!;
        }
    }
}
