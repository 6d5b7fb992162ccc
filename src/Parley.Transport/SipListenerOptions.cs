using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Parley.Transport;

/// <summary>One listener: protocol, address and what belongs to it.</summary>
public sealed class SipListenerOptions
{
    /// <summary>How it is reached: UDP, TCP or TLS.</summary>
    public SipProtocol Protocol { get; set; }

    /// <summary>Address and port to bind to; port 0 takes any free one. A wildcard (0.0.0.0, ::) listens on every local address;
    /// an answer leaves from the address that was asked, a request from the one that the system's routing table gives, and Via and Record-Route name that
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

    /// <summary>
    /// Reads a listener from text: "udp:192.0.2.1:5060", "tls:[2001:db8::1]", "tcp:*:5070" (all IPv4 addresses), and with the name by which others
    /// reach it "udp:10.0.0.1 as sip.example.com:5080". A port that is left out is the protocol's default; 0 is any free one.
    /// </summary>
    /// <param name="text">Protocol, address, port and name.</param>
    /// <exception cref="ArgumentException">Not such a text.</exception>
    public static SipListenerOptions Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return TryParse(text, out var options)
            ? options
            : throw new ArgumentException($"'{text}' is not a place to listen at, such as udp:127.0.0.1:5060.", nameof(text));
    }

    /// <summary>As <see cref="Parse"/>, without an exception.</summary>
    /// <param name="text">Protocol, address, port and name.</param>
    /// <param name="options">The listener.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SipListenerOptions? options)
    {
        options = null;
        if (text is null || !ListenerText.TryParse(text, out var protocol, out var endPoint, out var host, out var hostPort))
            return false;
        options = new SipListenerOptions
        {
            Protocol = protocol,
            EndPoint = endPoint,
            AdvertisedHost = host,
            AdvertisedPort = hostPort,
        };
        return true;
    }
}
