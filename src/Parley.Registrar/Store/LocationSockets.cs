using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Registrar;

/// <summary>Listeners and far ends as the columns <c>socket</c> and <c>received</c> have them.</summary>
internal static class LocationSockets
{
    /// <summary>"udp:192.0.2.9:5060"; IPv6 in brackets.</summary>
    public static string TextOf(SipListener listener) =>
        $"{Encoding.ASCII.GetString(listener.UriTransport)}:{HostOf(listener.Local)}:{listener.Local.Port}";

    /// <summary>"sip:192.0.2.1:5060", with ";transport=tcp" for what is not UDP.</summary>
    public static string UriOf(in SipFlow flow)
    {
        string transport =
            flow.Listener.Protocol == SipProtocol.Udp ? "" : $";transport={Encoding.ASCII.GetString(flow.Listener.UriTransport)}";
        return $"sip:{HostOf(flow.Remote)}:{flow.Remote.Port}{transport}";
    }

    /// <summary>Reads a far end; false for what is not a URI with an address.</summary>
    public static bool TryRead(string uri, out SipEndPoint remote, out SipProtocol protocol)
    {
        remote = default;
        protocol = SipProtocol.Udp;
        if (!SipUriView.TryParse(Encoding.UTF8.GetBytes(uri), out SipUriView view))
            return false;
        if (
            view.Parameters.TryGet("transport"u8, out ReadOnlySpan<byte> transport)
            && !SipProtocolExtensions.TryParse(transport, out protocol)
        )
            return false;
        return SipEndPoint.TryParseHost(view.Host, view.Port > 0 ? view.Port : protocol.DefaultPort(), out remote);
    }

    /// <summary>The listener that a socket names by its address or by what it is advertised as; null when it is none of these.</summary>
    public static SipListener? Find(string socket, IReadOnlyList<SipListener> listeners)
    {
        foreach (SipListener listener in listeners)
        {
            if (Names(socket, listener))
                return listener;
            // A listener on a wildcard address stands for every address of the machine.
            foreach (SipListener address in listener.Addresses)
            {
                if (Names(socket, address))
                    return address;
            }
        }
        return null;
    }

    /// <summary>The first listener that could have received from there; null when there is none.</summary>
    public static SipListener? Find(SipProtocol protocol, SipEndPoint remote, IReadOnlyList<SipListener> listeners)
    {
        foreach (SipListener listener in listeners)
        {
            if (listener.Protocol == protocol && listener.Local.IsIPv6 == remote.IsIPv6)
                return listener;
        }
        return null;
    }

    private static bool Names(string socket, SipListener listener) =>
        string.Equals(socket, TextOf(listener), StringComparison.OrdinalIgnoreCase)
        || string.Equals(
            socket,
            $"{Encoding.ASCII.GetString(listener.UriTransport)}:{Encoding.ASCII.GetString(listener.SentBy)}",
            StringComparison.OrdinalIgnoreCase
        );

    private static string HostOf(SipEndPoint address)
    {
        Span<byte> text = stackalloc byte[SipEndPoint.MaxAddressLength];
        return Encoding.ASCII.GetString(text[..address.FormatAddress(text, brackets: true)]);
    }
}
