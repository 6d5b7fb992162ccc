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

    /// <summary>The transport that an own URI names, in so many words or by default; null for one that is not known here.</summary>
    public static SipProtocol? Protocol(SipUriView uri)
    {
        var text = EffectiveTransport(uri);
        if (text.IsEmpty)
            return SipProtocol.Udp;
        return SipProtocolExtensions.TryParse(text, out var protocol) ? protocol : null;
    }

    /// <summary>The URI names this host, at a port where a listener was perhaps once.</summary>
    public static bool IsOwnHost(ISipTransport transport, SipUriView uri)
    {
        if (uri.Scheme is not (SipUriScheme.Sip or SipUriScheme.Sips))
            return false;
        var host = EffectiveHost(uri);
        foreach (var listener in transport.Listeners)
        {
            if (transport.IsOwn(host, listener.Port))
                return true;
        }
        return false;
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
