namespace Parley.Transport;

/// <summary>Bounds and times of TCP and TLS connections. Times are looked at once a second.</summary>
public sealed class SipStreamOptions
{
    /// <summary>A connection without traffic is closed after this.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The time to open a connection.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The time for a TLS handshake.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time from the first byte of a message to its last.</summary>
    public TimeSpan PartialMessageTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A write that the far end does not take within this time closes the connection.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections at most, both directions together.</summary>
    public int MaxConnections { get; set; } = 20_000;

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
        ArgumentOutOfRangeException.ThrowIfLessThan(OutputLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SlowReaderThreshold, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReceiveBufferSize, 512);
        ArgumentOutOfRangeException.ThrowIfLessThan(Backlog, 1);
        foreach (var time in (ReadOnlySpan<TimeSpan>)[IdleTimeout, ConnectTimeout, HandshakeTimeout, PartialMessageTimeout, WriteTimeout, SlowReaderTimeout])
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
    }
}
