using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>Where responses go (RFC 3261 18.2.2, RFC 3581), and the request as it stands after 18.2.1 has been done to its top Via.</summary>
internal static class ResponseRouting
{
    /// <summary>From a request as it came; sentByPort is where a new connection would have to go.</summary>
    public static SipFlow ForRequest(SipMessage request, in SipFlow source, out int sentByPort)
    {
        if (!request.TryGetTopVia(out ViaView via))
        {
            sentByPort = source.Remote.Port;
            return source;
        }

        sentByPort = via.Port is > 0 and <= ushort.MaxValue ? via.Port : source.Listener.Protocol.DefaultPort();
        return ViaRouting.ResponseFlow(via, source);
    }

    /// <summary>When the connection is gone: a new one to the same address, at the port of sent-by (18.2.2).</summary>
    public static SipFlow Fallback(in SipFlow source, int sentByPort) => new(source.Listener, source.Remote.WithPort(sentByPort));

    /// <summary>From the top Via alone, for a response that a stateless relay passes on.</summary>
    public static bool TryForResponse(
        SipMessage response,
        ISipTransport transport,
        SipListener? preferred,
        SipListener received,
        out SipFlow flow
    )
    {
        flow = default;
        if (!response.TryGetTopVia(out ViaView via) || !ViaRouting.TryGetResponseTarget(via, out SipTarget target))
            return false;
        if (transport.SelectListener(target.Protocol, target.EndPoint, preferred, received) is not { } listener)
            return false;
        flow = new SipFlow(listener, target.EndPoint);
        return true;
    }

    /// <summary>The request with its top Via stamped, parsed into the thread's scratch message; the request itself when nothing is to be added.</summary>
    public static SipMessage Stamped(SipMessage request, in SipFlow source)
    {
        if (!request.TryGetTopVia(out ViaView via) || !ViaRouting.NeedsStamp(via, source.Remote))
            return request;
        ReadOnlySpan<byte> bytes = request.Bytes,
            text = via.Text;
        int start = request.OffsetOf(text);
        ReadOnlySpan<byte> rest = bytes[(start + text.Length)..];
        byte[] buffer = Scratch.Mine.Stamped(bytes.Length + ViaRouting.StampRoom);
        bytes[..start].CopyTo(buffer);
        int end = start + ViaRouting.FormatStamped(via, source.Remote, buffer.AsSpan(start));
        rest.CopyTo(buffer.AsSpan(end));
        SipMessage stamped = Scratch.Mine.StampedMessage;
        stamped.Parse(buffer, 0, end + rest.Length, Scratch.Limits);
        return stamped.TryGetTopVia(out _) ? stamped : request;
    }
}
