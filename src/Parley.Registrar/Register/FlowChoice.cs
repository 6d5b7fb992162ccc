using Parley.Sip;
using Parley.Transport;

namespace Parley.Registrar;

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

    /// <summary>The flow where the URI would not lead there: WebSocket clients, clients behind NAT; and, as long as it is open, that of stream clients that registered themselves.</summary>
    public static FlowUse Uses(SipMessage request, SipUriView contact, in SipFlow source, bool isDirect)
    {
        if (!isDirect || !request.TryGetTopVia(out var via))
            return FlowUse.None;
        var protocol = source.Listener.Protocol;
        if (protocol is SipProtocol.Ws or SipProtocol.Wss)
            return FlowUse.Only;
        var viaIsLiteral = SipEndPoint.TryParseHost(via.Host, via.Port == 0 ? protocol.DefaultPort() : via.Port, out var sentBy);
        var isTranslated = viaIsLiteral && !sentBy.SameAddress(source.Remote);
        var contactIsLiteral = SipEndPoint.TryParseHost(contact.Host, 0, out var host);
        var isThere = contactIsLiteral && host.SameAddress(source.Remote);
        // An address of a network that is not ours: nothing sent to it arrives, whatever stands in the Via (a gateway may have rewritten that alone).
        var isHidden = contactIsLiteral && !isThere && IsPrivate(host) && !IsPrivate(source.Remote) && !source.Remote.IsLoopback;
        if (protocol == SipProtocol.Udp)
            return !viaIsLiteral || isTranslated || isHidden || (via.HasRPort && sentBy.Port != source.Remote.Port)
                ? FlowUse.Only
                : FlowUse.None;
        if (isHidden || (isTranslated && contactIsLiteral && (isThere || IsPrivate(host))))
            return FlowUse.Only;
        // A client that names another host than its own registers somebody else: follow the URI.
        return !viaIsLiteral || isTranslated || !contactIsLiteral || isThere ? FlowUse.WhileOpen : FlowUse.None;
    }

    // RFC 1918, RFC 6598 (shared by carriers' NATs), RFC 3927, RFC 4193 and link-local IPv6.
    private static bool IsPrivate(SipEndPoint address)
    {
        if (address.IsIPv6)
            return address.High >> 57 == 0xFC >> 1 || address.High >> 54 == 0xFE80 >> 6;
        var v4 = (uint)address.Low;
        return v4 >> 24 == 10 || v4 >> 20 == 0xAC1 || v4 >> 16 is 0xC0A8 or 0xA9FE || v4 >> 22 == 0x64400000 >> 22;
    }
}
