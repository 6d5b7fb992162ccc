using Parley.Sip;

namespace Parley.Transport;

/// <summary>What <see cref="SipTransport"/> is built from.</summary>
public sealed class SipTransportOptions
{
    /// <summary>The listeners; at least one.</summary>
    public IList<SipListenerOptions> Listeners { get; } = [];

    /// <summary>More names of this element: "example.com", "example.com:5070", addresses.</summary>
    public IList<string> Aliases { get; } = [];

    /// <summary>Bounds on what is accepted.</summary>
    public SipLimits Limits { get; set; } = SipLimits.Default;

    /// <summary>How many datagrams one system call moves at most, 1 to 1024.</summary>
    public int BatchSize { get; set; } = 32;

    /// <summary>Uses the portable sockets for UDP where recvmmsg would be there too; for tests and comparison.</summary>
    public bool UsePortableSockets { get; set; }

    /// <summary>Bounds and times of stream connections.</summary>
    public SipStreamOptions Streams { get; } = new();

    internal void Validate()
    {
        if (Listeners.Count == 0)
            throw new ArgumentException("No listener.", nameof(Listeners));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchSize, 1024);
        Streams.Validate();
        foreach (var listener in Listeners)
        {
            if (listener.Protocol is not (SipProtocol.Udp or SipProtocol.Tcp or SipProtocol.Tls))
                throw new ArgumentException($"{listener.Protocol} cannot be listened on.", nameof(Listeners));
            if (listener.Protocol == SipProtocol.Tls && listener.Tls is null)
                throw new ArgumentException($"The TLS listener on {listener.EndPoint} has no TLS options.", nameof(Listeners));
            ArgumentOutOfRangeException.ThrowIfLessThan(listener.Workers, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(listener.Workers, 256);
            if (listener.Workers > 1 && (!OperatingSystem.IsLinux() || UsePortableSockets))
                throw new ArgumentException("More than one worker needs Linux.", nameof(Listeners));
        }
    }
}
