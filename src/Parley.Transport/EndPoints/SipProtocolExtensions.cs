using System.Text;

namespace Parley.Transport;

/// <summary>What the specifications say of each protocol: its names, default port, reliability.</summary>
public static class SipProtocolExtensions
{
    /// <summary>True when the protocol delivers in order or not at all, so that nothing is retransmitted (RFC 3261 17).</summary>
    public static bool IsReliable(this SipProtocol protocol) => protocol != SipProtocol.Udp;

    /// <summary>True when the protocol runs on TLS.</summary>
    public static bool IsSecure(this SipProtocol protocol) => protocol is SipProtocol.Tls or SipProtocol.Wss;

    /// <summary>The port a URI or Via without one means: 5060, 5061 (RFC 3261 19.1.2), 80 and 443 (RFC 7118).</summary>
    public static int DefaultPort(this SipProtocol protocol) =>
        protocol switch
        {
            SipProtocol.Tls => 5061,
            SipProtocol.Ws => 80,
            SipProtocol.Wss => 443,
            _ => 5060,
        };

    /// <summary>"UDP", "TCP", "TLS", "WS", "WSS": as a Via header has it.</summary>
    public static ReadOnlySpan<byte> ViaText(this SipProtocol protocol) =>
        protocol switch
        {
            SipProtocol.Udp => "UDP"u8,
            SipProtocol.Tcp => "TCP"u8,
            SipProtocol.Tls => "TLS"u8,
            SipProtocol.Ws => "WS"u8,
            _ => "WSS"u8,
        };

    /// <summary>"udp", "tcp", "tls", "ws", "wss": as a URI's transport parameter has it.</summary>
    public static ReadOnlySpan<byte> UriText(this SipProtocol protocol) =>
        protocol switch
        {
            SipProtocol.Udp => "udp"u8,
            SipProtocol.Tcp => "tcp"u8,
            SipProtocol.Tls => "tls"u8,
            SipProtocol.Ws => "ws"u8,
            _ => "wss"u8,
        };

    /// <summary>Reads a transport name of a Via or of a URI parameter, in any case; false for one that is not known here.</summary>
    /// <param name="text">The name, such as "tcp".</param>
    /// <param name="protocol">The protocol when known.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out SipProtocol protocol)
    {
        for (var candidate = SipProtocol.Udp; candidate <= SipProtocol.Wss; candidate++)
        {
            if (Ascii.EqualsIgnoreCase(text, candidate.UriText()))
            {
                protocol = candidate;
                return true;
            }
        }
        protocol = default;
        return false;
    }
}
