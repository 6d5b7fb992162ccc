using System.Globalization;
using System.Text;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>Reads "udp:10.0.0.1:5060 as sip.example.com:5080".</summary>
internal static class ListenerText
{
    internal static SipListener Parse(int index, string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !SipProtocolExtensions.TryParse(Encoding.ASCII.GetBytes(text[..colon]), out SipProtocol protocol))
            throw new ArgumentException($"'{text}' does not begin with a protocol and a colon.", nameof(text));
        string[] parts = text[(colon + 1)..].Split(" as ", 2, StringSplitOptions.TrimEntries);
        (string host, int port) = HostAndPort(parts[0]);
        if (!SipEndPoint.TryParseHost(Encoding.ASCII.GetBytes(host), port == 0 ? protocol.DefaultPort() : port, out SipEndPoint local))
            throw new ArgumentException($"'{parts[0]}' is not an address.", nameof(text));
        if (parts.Length == 1)
            return new SipListener(index, protocol, local);
        (string name, int advertisedPort) = HostAndPort(parts[1]);
        return new SipListener(index, protocol, local, name, advertisedPort);
    }

    /// <summary>A bare IPv6 address gets its brackets.</summary>
    internal static string Bracketed(string address) =>
        address.Contains(':', StringComparison.Ordinal) && address[0] != '[' ? $"[{address}]" : address;

    private static (string Host, int Port) HostAndPort(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']'))
            return (text, 0);
        return
            int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port is > 0 and <= ushort.MaxValue
            ? (text[..colon], port)
            : throw new ArgumentException($"'{text}': not a port.", nameof(text));
    }
}
