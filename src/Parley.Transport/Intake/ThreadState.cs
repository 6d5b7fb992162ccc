using Parley.Sip;

namespace Parley.Transport;

/// <summary>What one thread has open with one transport: its datagram batches, the connections it wrote to, the view it parses into.</summary>
internal sealed class ThreadState(int listeners)
{
    private SipMessage? _message = new();

    /// <summary>By listener; null until the thread first sends there.</summary>
    public DatagramOutput?[] Datagrams { get; } = new DatagramOutput?[listeners];

    /// <summary>Connections with output that nobody has begun to write; an entry may be there twice.</summary>
    public StreamConnection[] Dirty { get; } = new StreamConnection[64];

    public int DirtyCount { get; set; }

    public bool HasDatagrams { get; set; }

    public FailedTokens Failed { get; } = new();

    /// <summary>Set on the thread of a receive loop.</summary>
    public UdpWorker? Worker { get; set; }

    /// <summary>The reusable view; a new one when the thread is already inside a message.</summary>
    public SipMessage TakeMessage()
    {
        var message = _message ?? new SipMessage();
        _message = null;
        return message;
    }

    public void GiveBack(SipMessage message) => _message = message;
}
