using System.Globalization;
using System.Net;
using System.Text;

namespace Parley.Transport;

/// <summary>
/// Reads "udp:192.0.2.1:5060", "tls:[::1]", "tcp:*:5070" and "udp:10.0.0.1 as sip.example.com:5080": protocol, address, port (the protocol's default
/// where it is left out), and after " as " what others shall call it.
/// </summary>
internal static class ListenerText
{
    private const string As = " as ";

    public static bool TryParse(string text, out SipProtocol protocol, out IPEndPoint endPoint, out string? host, out int hostPort)
    {
        protocol = default;
        endPoint = new IPEndPoint(IPAddress.None, 0);
        host = null;
        hostPort = 0;
        var at = text.IndexOf(As, StringComparison.Ordinal);
        var place = (at < 0 ? text : text[..at]).Trim();
        var colon = place.IndexOf(':', StringComparison.Ordinal);
        if (
            colon <= 0
            || !SipProtocolExtensions.TryParse(Encoding.ASCII.GetBytes(place[..colon]), out protocol)
            || !TrySplit(place[(colon + 1)..], out var address, out var port)
            || !TryReadAddress(address, out var ip)
        )
            return false;
        endPoint = new IPEndPoint(ip, port ?? protocol.DefaultPort());
        if (at < 0)
            return true;
        if (!TrySplit(text[(at + As.Length)..].Trim(), out var name, out port) || name.Contains(' ', StringComparison.Ordinal))
            return false;
        host = name;
        hostPort = port ?? 0;
        return true;
    }

    private static bool TryReadAddress(string text, out IPAddress address)
    {
        address = IPAddress.Any;
        if (text == "*")
            return true;
        // A zone ("fe80::1%eth0") is of this machine, not of SIP.
        if (text.Contains('%', StringComparison.Ordinal))
            return IPAddress.TryParse(text.Trim('[', ']'), out address!);
        if (!SipEndPoint.TryParseHost(Encoding.ASCII.GetBytes(text), 0, out var read))
            return false;
        address = read.ToIPAddress();
        return true;
    }

    /// <summary>A host and its port, null when there is none. A bare IPv6 address has no port.</summary>
    private static bool TrySplit(string text, out string host, out int? port)
    {
        host = text;
        port = null;
        var bracket = text.IndexOf(']', StringComparison.Ordinal);
        var colon = text.LastIndexOf(':');
        var hasPort = bracket >= 0 ? colon > bracket : colon >= 0 && text.IndexOf(':', StringComparison.Ordinal) == colon;
        if (hasPort)
        {
            if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return false;
            host = text[..colon];
            port = number;
        }
        return host.Length > 0 && (bracket < 0 || host.EndsWith(']'));
    }
}
