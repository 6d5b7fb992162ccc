using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Registrar;

/// <summary>Which contacts lead back to this element.</summary>
internal static class ContactScreening
{
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
}
