using System.Globalization;
using Parley.Transport;

namespace Parley.Server.Configuration;

/// <summary>One place to listen: <c>udp:127.0.0.1:5060</c>, and the name given to others when it is another.</summary>
internal sealed class ListenerConfiguration
{
    /// <summary>UDP, TCP or TLS.</summary>
    public SipProtocol Protocol { get; set; } = SipProtocol.Udp;

    public SipEndPoint EndPoint { get; set; }

    /// <summary>The host of Via and Record-Route; null for the endpoint's own.</summary>
    public string? AdvertisedHost { get; private set; }

    /// <summary>The port of Via and Record-Route; 0 for the endpoint's own.</summary>
    public int AdvertisedPort { get; private set; }

    /// <summary>The endpoint as it stands in the settings.</summary>
    public string? Text { get; private set; }

    /// <summary>The advertised name as it stands in the settings.</summary>
    public string? Advertise { get; private set; }

    /// <summary>The endpoint as the settings write it.</summary>
    public override string ToString() => $"{Protocol.ToString().ToLowerInvariant()}:{EndPoint.ToIPEndPoint()}";

    /// <summary>Sets protocol, address and port; the text has been checked by <see cref="TryParse"/>.</summary>
    public void Set(string? text)
    {
        Text = text;
        if (text is not null && TryParse(text, out var protocol, out var endPoint))
            (Protocol, EndPoint) = (protocol, endPoint);
    }

    /// <summary>Sets the advertised name; the text has been checked by <see cref="TrySplitHost"/>.</summary>
    public void SetAdvertised(string? text)
    {
        Advertise = text;
        if (text is not null && TrySplitHost(text, out var host, out var port))
            (AdvertisedHost, AdvertisedPort) = (host, port);
    }

    /// <summary>Reads <c>protocol:address:port</c> as <see cref="SipListenerOptions.Parse"/> does, without a name and with a port that is known.</summary>
    public static bool TryParse(string text, out SipProtocol protocol, out SipEndPoint endPoint)
    {
        (protocol, endPoint) = (default, default);
        if (
            !SipListenerOptions.TryParse(text, out var listener)
            || listener.AdvertisedHost is not null
            || listener.Protocol is not (SipProtocol.Udp or SipProtocol.Tcp or SipProtocol.Tls)
            || listener.EndPoint.Port == 0
        )
            return false;
        (protocol, endPoint) = (listener.Protocol, SipEndPoint.From(listener.EndPoint));
        return true;
    }

    /// <summary>Reads <c>host</c> or <c>host:port</c>; port 0 when there is none.</summary>
    public static bool TrySplitHost(string text, out string host, out int port)
    {
        (host, port) = (text, 0);
        var colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf(']'))
        {
            host = text[..colon];
            if (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65_535)
                return false;
        }
        return HostText.IsHost(host);
    }
}
