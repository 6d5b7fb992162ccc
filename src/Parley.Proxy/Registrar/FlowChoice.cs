using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>Whether a registered contact is to be reached over the flow of its REGISTER instead of by its URI.</summary>
internal static class FlowChoice
{
    /// <summary>Whether the REGISTER came from the client itself. With a Path the way back is the Path; through a proxy without one the flow is the proxy's.</summary>
    public static bool IsDirect(SipMessage request, bool hasPath)
    {
        if (hasPath)
            return false;
        var vias = request.Vias.GetEnumerator();
        return vias.MoveNext() && !vias.MoveNext();
    }

    /// <summary>Yes when the URI would not lead there: WebSocket clients, clients behind NAT, and stream clients that registered themselves.</summary>
    public static bool Uses(SipMessage request, SipUriView contact, in SipFlow source, bool isDirect)
    {
        if (!isDirect || !request.TryGetTopVia(out var via))
            return false;
        var protocol = source.Listener.Protocol;
        if (protocol is SipProtocol.Ws or SipProtocol.Wss)
            return true;
        var viaIsLiteral = SipEndPoint.TryParseHost(via.Host, via.Port == 0 ? protocol.DefaultPort() : via.Port, out var sentBy);
        var isNatted = !viaIsLiteral || !sentBy.SameAddress(source.Remote);
        if (protocol == SipProtocol.Udp)
            return isNatted || (via.HasRPort && sentBy.Port != source.Remote.Port);
        // A client that names another host than its own registers somebody else: follow the URI.
        return isNatted || !SipEndPoint.TryParseHost(contact.Host, 0, out var host) || host.SameAddress(source.Remote);
    }
}
