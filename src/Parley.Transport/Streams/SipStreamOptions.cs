namespace Parley.Transport;

/// <summary>Bounds and times of TCP and TLS connections. Times are looked at once a second.</summary>
public sealed class SipStreamOptions
{
    /// <summary>A connection without traffic is closed after this, when its far end is known (<see cref="ISipTransport.MarkKnown"/>).</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A stranger's connection without traffic is closed after this, or <see cref="IdleTimeout"/> if that is shorter. Above timer C, so that a call that rings keeps its connection.</summary>
    public TimeSpan StrangerIdleTimeout { get; set; } = TimeSpan.FromSeconds(200);

    /// <summary>The time from the opening of an inbound connection (by TLS, from the end of the handshake) to the end of its first message.</summary>
    public TimeSpan FirstMessageTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time to open a connection.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The time for a TLS handshake.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time from the first byte of a message to its last.</summary>
    public TimeSpan PartialMessageTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A write that the far end does not take within this time closes the connection.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Inbound connections at most. A further one takes the place of the stranger that has been idle longest; when there is none, it is refused.</summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>Connections at most that this side opens. A further one takes the place of the stranger that has been idle longest; when there is none, what was to be sent fails.</summary>
    public int MaxOutboundConnections { get; set; } = 2_000;

    /// <summary>Connections at most that this side is opening at one time; what needs a further one fails.</summary>
    public int MaxPendingConnects { get; set; } = 500;

    /// <summary>Connections at most that this side is opening at one time because of one source: an IPv4 address, an IPv6 network of 64 bits.</summary>
    public int MaxPendingConnectsPerSource { get; set; } = 50;

    /// <summary>Inbound connections at most from one address.</summary>
    public int MaxConnectionsPerAddress { get; set; } = 1_000;

    /// <summary>Bytes that may wait on one connection; a message beyond it is refused.</summary>
    public int OutputLimit { get; set; } = 1024 * 1024;

    /// <summary>Above this many waiting bytes the connection is not read from either, and when it stays there for <see cref="SlowReaderTimeout"/> it is closed.</summary>
    public int SlowReaderThreshold { get; set; } = 256 * 1024;

    /// <summary>How long more than <see cref="SlowReaderThreshold"/> bytes may wait.</summary>
    public TimeSpan SlowReaderTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Bytes read at once from a connection.</summary>
    public int ReceiveBufferSize { get; set; } = 8 * 1024;

    /// <summary>Gives a waiting connection's read buffer back, at the price of one more system call per read: for very many idle connections.</summary>
    public bool ReleaseIdleBuffers { get; set; }

    /// <summary>Pending connections that the system keeps for a listener.</summary>
    public int Backlog { get; set; } = 1024;

    /// <summary>TCP keep-alive probes start after this much silence, to notice a far end that vanished; <see cref="TimeSpan.Zero"/> for none.</summary>
    public TimeSpan KeepAliveTime { get; set; } = TimeSpan.FromSeconds(60);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConnections, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConnectionsPerAddress, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxOutboundConnections, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingConnects, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingConnectsPerSource, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(OutputLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SlowReaderThreshold, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReceiveBufferSize, 512);
        ArgumentOutOfRangeException.ThrowIfLessThan(Backlog, 1);
        foreach (
            var time in (ReadOnlySpan<TimeSpan>)
                [
                    IdleTimeout,
                    StrangerIdleTimeout,
                    FirstMessageTimeout,
                    ConnectTimeout,
                    HandshakeTimeout,
                    PartialMessageTimeout,
                    WriteTimeout,
                    SlowReaderTimeout,
                ]
        )
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
    }
}
