using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>
/// The transport that a next hop was reached by before and is reached by again where its URI leaves it open: a Contact without transport says UDP
/// to RFC 3263, though its owner may not listen on UDP. And TLS never becomes less, whatever the URI says (RFC 3261 26.2.2 asks it of sips alone; here a
/// hop that was secure stays so).
/// </summary>
internal static class KeptTransport
{
    /// <summary>The transport to use instead of what RFC 3263 would find; null when the URI decides.</summary>
    /// <param name="hop">The next hop.</param>
    /// <param name="known">How it was reached before.</param>
    public static SipProtocol? For(SipUriView hop, SipProtocol known)
    {
        // A sips URI is TLS by itself. UDP is what a URI without transport means, and SRV records may know better.
        if (hop.Scheme != SipUriScheme.Sip || known == SipProtocol.Udp)
            return null;
        if (hop.Transport.IsEmpty)
            return known;
        if (!known.IsSecure() || (SipProtocolExtensions.TryParse(hop.Transport, out var named) && named.IsSecure()))
            return null;
        return known;
    }

    /// <summary>The place of a literal address over this transport, at its default port when the URI has none; false for a name.</summary>
    public static bool TryPlace(SipUriView hop, SipProtocol protocol, out SipTarget place)
    {
        place = default;
        if (!SipEndPoint.TryParseHost(Host(hop), hop.Port == 0 ? protocol.DefaultPort() : hop.Port, out var address))
            return false;
        place = new SipTarget(protocol, address);
        return true;
    }

    /// <summary>The URI that RFC 3263 finds the name's places over this transport by; null when there is none.</summary>
    public static SipUri? ToLocate(SipUriView hop, SipProtocol protocol)
    {
        var text = new StringBuilder("sip:").Append(Encoding.ASCII.GetString(Host(hop)));
        if (hop.Port != 0)
            text.Append(':').Append(hop.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        text.Append(";transport=").Append(Encoding.ASCII.GetString(protocol.UriText()));
        return SipUri.TryParse(text.ToString(), out var uri) ? uri : null;
    }

    private static ReadOnlySpan<byte> Host(SipUriView hop)
    {
        var maddr = hop.MAddr;
        return maddr.IsEmpty ? hop.Host : maddr;
    }
}
