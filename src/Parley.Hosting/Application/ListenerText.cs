using System.Globalization;
using System.Net;
using System.Text;
using Parley.Transport;

namespace Parley.Hosting;

/// <summary>Reads "udp:127.0.0.1:5060", "tls:[::1]", "tcp:*:5070".</summary>
internal static class ListenerText
{
    public static SipListenerOptions Parse(string text, string? advertised)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !SipProtocolExtensions.TryParse(Encoding.ASCII.GetBytes(text[..colon]), out SipProtocol protocol))
            throw Bad(text);
        (string host, int port) = Split(text[(colon + 1)..], text);
        if (host == "*")
            host = "0.0.0.0";
        if (!IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address))
            throw Bad(text);
        var options = new SipListenerOptions
        {
            Protocol = protocol,
            EndPoint = new IPEndPoint(address, port < 0 ? protocol.DefaultPort() : port),
        };
        if (advertised is not null)
        {
            (string name, int advertisedPort) = Split(advertised, advertised);
            options.AdvertisedHost = name;
            options.AdvertisedPort = Math.Max(0, advertisedPort);
        }

        return options;
    }

    private static (string Host, int Port) Split(string text, string whole)
    {
        int colon = text.LastIndexOf(':');
        bool isAddress =
            colon >= 0 && text.Contains(']')
                ? colon < text.IndexOf(']', StringComparison.Ordinal)
                : text.IndexOf(':', StringComparison.Ordinal) != colon;
        if (colon < 0 || isAddress)
            return (text, -1);
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > ushort.MaxValue)
            throw Bad(whole);
        return (text[..colon], port);
    }

    private static ArgumentException Bad(string text) =>
        new($"'{text}' is not a place to listen at, such as udp:127.0.0.1:5060.", nameof(text));
}
