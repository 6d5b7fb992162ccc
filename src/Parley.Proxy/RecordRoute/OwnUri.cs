using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>Whether a URI names this element, and which listener it names. A maddr counts as the host, since that is where the URI leads (RFC 3261 16.4).</summary>
internal static class OwnUri
{
    public static bool IsOwn(ISipTransport transport, SipUriView uri)
    {
        if (uri.Scheme is not (SipUriScheme.Sip or SipUriScheme.Sips))
            return false;
        return transport.IsOwn(EffectiveHost(uri), uri.Port);
    }

    /// <summary>The listener that an own URI names; null when none does.</summary>
    public static SipListener? Listener(ISipTransport transport, SipUriView uri) =>
        transport.FindOwn(EffectiveHost(uri), uri.Port, EffectiveTransport(uri));

    /// <summary>The request came in by the port and transport that the URI gives, in so many words or by default (RFC 3261 16.4, maddr).</summary>
    public static bool NamesReceiving(SipUriView uri, SipListener listener)
    {
        var text = EffectiveTransport(uri);
        var protocol = SipProtocol.Udp;
        if (!text.IsEmpty && !SipProtocolExtensions.TryParse(text, out protocol))
            return false;
        var port = uri.Port == 0 ? protocol.DefaultPort() : uri.Port;
        return protocol == listener.Protocol && (port == listener.Port || port == listener.Local.Port);
    }

    private static ReadOnlySpan<byte> EffectiveHost(SipUriView uri)
    {
        var maddr = uri.MAddr;
        return maddr.IsEmpty ? uri.Host : maddr;
    }

    // sips means TLS whatever the parameter says, and secure WebSocket for ws (RFC 3261 26.2.2, RFC 7118 4).
    private static ReadOnlySpan<byte> EffectiveTransport(SipUriView uri)
    {
        var transport = uri.Transport;
        if (uri.Scheme != SipUriScheme.Sips)
            return transport;
        return SipText.EqualsIgnoreCase(transport, "ws"u8) || SipText.EqualsIgnoreCase(transport, "wss"u8) ? "wss"u8 : "tls"u8;
    }
}
