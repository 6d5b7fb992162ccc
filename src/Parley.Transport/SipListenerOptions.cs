using System.Net;

namespace Parley.Transport;

/// <summary>One place to hear at.</summary>
public sealed class SipListenerOptions
{
    /// <summary>How it is reached: UDP, TCP or TLS.</summary>
    public SipProtocol Protocol { get; set; }

    /// <summary>Address and port to bind to; port 0 takes any free one. A wildcard (0.0.0.0, ::) hears on every local address;
    /// an answer leaves from the address that was asked, a request from the one that the system's routing table gives, and Via and Record-Route tell that
    /// address unless <see cref="AdvertisedHost"/> does. With <see cref="SipTransportOptions.UsePortableSockets"/>, and on other systems than Linux, the system
    /// chooses the address that UDP leaves from: name each address there.</summary>
    public IPEndPoint EndPoint { get; set; } = new(IPAddress.Loopback, 5060);

    /// <summary>The host it gives itself in Via and Record-Route; null for its own address (of a wildcard: the local address that a message comes to or leaves from).</summary>
    public string? AdvertisedHost { get; set; }

    /// <summary>The port it gives itself; 0 for its own.</summary>
    public int AdvertisedPort { get; set; }

    /// <summary>UDP: how many receive loops, each a thread with its own SO_REUSEPORT socket. More than one needs Linux. 1 to 256.</summary>
    public int Workers { get; set; } = 1;

    /// <summary>UDP with several workers: how the kernel chooses one for a datagram.</summary>
    public UdpSpread Spread { get; set; }

    /// <summary>UDP: the socket's receive buffer in bytes; 0 leaves the system's. The granted size is logged.</summary>
    public int ReceiveBufferSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>UDP: the socket's send buffer in bytes; 0 leaves the system's. The granted size is logged.</summary>
    public int SendBufferSize { get; set; } = 1024 * 1024;

    /// <summary>TLS: certificates and what is asked of the far end. Required for TLS.</summary>
    public SipTlsOptions? Tls { get; set; }
}
