using System.Globalization;

namespace Parley.Management;

/// <summary>A protocol, a host and a port, <c>udp:homer.example.com:9060</c>.</summary>
internal readonly record struct HepPlace(bool IsTcp, string Host, int Port)
{
    public static bool TryParse(string? text, out HepPlace place)
    {
        place = default;
        if (string.IsNullOrEmpty(text))
            return false;
        bool isTcp = text.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase);
        if (!isTcp && !text.StartsWith("udp:", StringComparison.OrdinalIgnoreCase))
            return false;
        ReadOnlySpan<char> rest = text.AsSpan(4);
        int port = HepOptions.DefaultPort;
        int colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf(']'))
        {
            if (!int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > ushort.MaxValue)
                return false;
            rest = rest[..colon];
        }

        bool isV6 = rest.StartsWith("[") && rest.EndsWith("]");
        string host = (isV6 ? rest[1..^1] : rest).ToString();
        // Names keep to letters, digits, hyphens and points; a literal of IPv6 stands in brackets.
        bool isHost = isV6
            ? System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address)
                && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            : host.Length is > 0 and < 256 && host.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
        place = new HepPlace(isTcp, host, port);
        return isHost;
    }

    public override string ToString() =>
        $"{(IsTcp ? "tcp" : "udp")}:{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}
