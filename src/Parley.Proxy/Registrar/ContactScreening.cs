using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>Which contacts cannot be called: addresses that are nobody's, and this element itself.</summary>
internal static class ContactScreening
{
    /// <summary>0.0.0.0 and ::, the broadcast address, and multicast: no request may be sent there on a stranger's word.</summary>
    public static bool IsNobody(SipUriView uri) =>
        uri.Scheme is SipUriScheme.Sip or SipUriScheme.Sips && SipEndPoint.TryParseHost(Host(uri), 0, out var address) && IsNobody(address);

    /// <summary>The same of an address. 0.0.0.0/8 means "this network" (RFC 1122 3.2.1.3), 224.0.0.0/4 is multicast. To the broadcast address of a network nearby no socket of this element may send.</summary>
    public static bool IsNobody(SipEndPoint address) =>
        address.IsIPv6
            ? address.IsAny || address.High >> 56 == 0xFF
            : address.Low >> 24 == 0 || address.Low >> 28 == 0xE || address.Low == 0xFFFFFFFF;

    /// <summary>A call to this contact would come straight back here.</summary>
    /// <param name="contact">The contact.</param>
    /// <param name="sendOverFlow">It is reached over the flow, whatever its URI says.</param>
    /// <param name="source">That flow.</param>
    /// <param name="path">Its Path, first hop first.</param>
    /// <param name="transport">Knows what is own.</param>
    public static bool LeadsBack(
        SipUriView contact,
        bool sendOverFlow,
        in SipFlow source,
        IReadOnlyList<byte[]> path,
        ISipTransport transport
    )
    {
        if (sendOverFlow)
            return IsListener(source.Remote, transport);
        if (!OwnUri.IsOwn(transport, contact))
            return false;
        for (var i = 0; i < path.Count; i++)
        {
            // Behind another hop the address may be somebody else's, in a network of its own.
            if (!SipUriView.TryParse(RouteEntry.UriOf(path[i]), out var hop) || !OwnUri.IsOwn(transport, hop))
                return false;
        }
        return true;
    }

    private static bool IsListener(SipEndPoint address, ISipTransport transport)
    {
        foreach (var listener in transport.Listeners)
        {
            if (listener.Local.Port == address.Port && listener.Local.SameAddress(address))
                return true;
        }
        return false;
    }

    private static ReadOnlySpan<byte> Host(SipUriView uri) => uri.MAddr is { IsEmpty: false } group ? group : uri.Host;
}
