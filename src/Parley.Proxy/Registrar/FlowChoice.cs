using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>Whether a registered contact is to be reached over the flow of its REGISTER instead of by its URI.</summary>
internal static class FlowChoice
{
    /// <summary>Yes when the URI would not lead there: WebSocket clients, RFC 5626 flows, clients behind NAT, and stream clients that registered themselves.</summary>
    public static bool Uses(SipMessage request, SipUriView contact, in SipFlow source, bool hasPath, bool isFlow)
    {
        // With a Path the way back is the Path; through a proxy without one the flow is the proxy's.
        if (hasPath || !request.TryGetTopVia(out var via) || !IsSingle(request.Vias))
            return false;
        var protocol = source.Listener.Protocol;
        if (isFlow || protocol is SipProtocol.Ws or SipProtocol.Wss)
            return true;
        var viaIsLiteral = SipEndPoint.TryParseHost(via.Host, via.Port == 0 ? protocol.DefaultPort() : via.Port, out var sentBy);
        var isNatted = !viaIsLiteral || !sentBy.SameAddress(source.Remote);
        if (protocol == SipProtocol.Udp)
            return isNatted || (via.HasRPort && sentBy.Port != source.Remote.Port);
        // A client that names another host than its own registers somebody else: follow the URI.
        return isNatted || !SipEndPoint.TryParseHost(contact.Host, 0, out var host) || host.SameAddress(source.Remote);
    }

    private static bool IsSingle(ViaList vias)
    {
        var count = 0;
        foreach (var _ in vias)
            count++;
        return count == 1;
    }
}
