namespace Parley.Transport;

/// <summary>RFC 3261 18.1.1: a request too large for a datagram goes by a stream where the target allows it.</summary>
public static class DatagramLimit
{
    /// <summary>The largest request that goes by UDP while the path's MTU is not known, in bytes.</summary>
    public const int Default = 1300;

    /// <summary>The largest payload of a UDP datagram over IPv4.</summary>
    public const int MaxPayload = 65_507;

    /// <summary>True when a request of this length must not go by this protocol.</summary>
    /// <param name="protocol">The protocol chosen so far.</param>
    /// <param name="length">The request as it would leave, in bytes.</param>
    /// <param name="limit">In bytes.</param>
    public static bool RequiresStream(SipProtocol protocol, int length, int limit = Default) =>
        protocol == SipProtocol.Udp && length > limit;

    /// <summary>The same way by TCP, when the request is too large for UDP and a TCP listener reaches the target. The caller writes the Via anew for it,
    /// and on failure to connect tries <paramref name="flow"/> again (18.1.1).</summary>
    /// <param name="transport">Where the listeners are.</param>
    /// <param name="flow">The way chosen so far.</param>
    /// <param name="length">The request as it would leave, in bytes.</param>
    /// <param name="limit">In bytes.</param>
    /// <param name="stream">The way to take instead.</param>
    public static bool TrySwitchToStream(ISipTransport transport, in SipFlow flow, int length, int limit, out SipFlow stream)
    {
        ArgumentNullException.ThrowIfNull(transport);
        stream = flow;
        if (!RequiresStream(flow.Listener.Protocol, length, limit))
            return false;
        var listener = transport.SelectListener(SipProtocol.Tcp, flow.Remote, SameAddress(transport, flow.Listener));
        if (listener is null)
            return false;
        stream = new SipFlow(listener, flow.Remote);
        return true;
    }

    // What decided for one address of several holds for the stream too.
    private static SipListener? SameAddress(ISipTransport transport, SipListener datagrams)
    {
        foreach (var listener in transport.Listeners)
        {
            if (
                listener.Protocol == SipProtocol.Tcp
                && listener.Local.IsIPv6 == datagrams.Local.IsIPv6
                && (listener.Local.IsAny || listener.Local.SameAddress(datagrams.Local))
            )
                return listener.At(datagrams.Local);
        }
        return null;
    }
}
