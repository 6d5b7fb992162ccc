using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>
/// RFC 3261 16.6 step 4: our Record-Route, "sip:[user@]host:port;[transport=..;][r2=on;]lr[;ftag=..][;did=..]" in brackets. When the
/// request leaves by another listener than it came in by (another transport, address family or interface), or changes between sip and
/// sips, there are two, both with r2=on: that of the side it goes to on top (RFC 5658).
/// </summary>
internal static class RecordRouteWriter
{
    // Two header lines in one edit, so that their order is certain.
    private static ReadOnlySpan<byte> NextLine => "\r\nRecord-Route: "u8;

    /// <summary>A Record-Route is not a choice: an INVITE crosses between sips and sip (16.6 step 4).</summary>
    public static bool IsRequired(SipMessage request, bool isSips) => request.Method == SipMethod.Invite && WasSips(request) != isSips;

    /// <summary>Pushes one or two Record-Routes.</summary>
    /// <param name="edits">The branch's edits.</param>
    /// <param name="inbound">Where the request was received.</param>
    /// <param name="outbound">Where it leaves.</param>
    /// <param name="isSips">The request-URI or next hop of this branch is a sips URI.</param>
    /// <param name="options">Whether to write a pair and an ftag.</param>
    /// <param name="parameters">";did=.." and others.</param>
    /// <param name="user">The user part; empty for none.</param>
    public static void Push(
        SipEdits edits,
        SipListener inbound,
        SipListener outbound,
        bool isSips,
        ProxyOptions options,
        RecordRouteParameters parameters,
        ReadOnlySpan<byte> user = default
    )
    {
        var request = edits.Original;
        var fromTag = options.RecordRouteFromTag ? request.FromTag : default;
        // A URI is sips only where a TLS listener exists; the peer could not reach the port otherwise.
        var inboundSips = WasSips(request) && inbound.Protocol.IsSecure();
        var outboundSips = isSips && outbound.Protocol.IsSecure();
        var isDouble = options.DoubleRecordRoute && (!IsSamePlace(inbound, outbound) || inboundSips != outboundSips);
        var bound =
            Bound(outbound, fromTag, parameters, user) + (isDouble ? NextLine.Length + Bound(inbound, fromTag, parameters, user) : 0);
        var text = edits.Scratch(bound);
        var length = Write(text, outbound, outboundSips, isDouble, fromTag, parameters, user);
        if (isDouble)
        {
            NextLine.CopyTo(text[length..]);
            length += NextLine.Length;
            length += Write(text[length..], inbound, inboundSips, isDouble, fromTag, parameters, user);
        }
        edits.Push(SipHeaderName.RecordRoute, text[..length]);
    }

    /// <summary>One URI names both sides: one listener, or addresses of one that are advertised alike.</summary>
    private static bool IsSamePlace(SipListener inbound, SipListener outbound) =>
        ReferenceEquals(inbound, outbound) || (inbound.Index == outbound.Index && inbound.SentBy.SequenceEqual(outbound.SentBy));

    private static bool WasSips(SipMessage request) =>
        SipUriView.TryParse(request.RequestUri, out var received) && received.Scheme == SipUriScheme.Sips;

    private static int Bound(SipListener listener, ReadOnlySpan<byte> fromTag, RecordRouteParameters parameters, ReadOnlySpan<byte> user) =>
        64 + user.Length + listener.SentBy.Length + (fromTag.Length * 3) + parameters.Text.Length;

    private static int Write(
        Span<byte> text,
        SipListener listener,
        bool sips,
        bool isDouble,
        ReadOnlySpan<byte> fromTag,
        RecordRouteParameters parameters,
        ReadOnlySpan<byte> user
    )
    {
        var length = 0;
        Append(text, ref length, sips ? "<sips:"u8 : "<sip:"u8);
        if (!user.IsEmpty)
        {
            Append(text, ref length, user);
            text[length++] = (byte)'@';
        }
        Append(text, ref length, listener.SentBy);
        Append(text, ref length, TransportParameter(listener.Protocol, sips));
        if (isDouble)
            Append(text, ref length, ";r2=on"u8);
        Append(text, ref length, ";lr"u8);
        if (!fromTag.IsEmpty)
        {
            Append(text, ref length, ";ftag="u8);
            length += UriParameterText.Write(fromTag, text[length..]);
        }
        Append(text, ref length, parameters.Text);
        text[length++] = (byte)'>';
        return length;
    }

    // UDP is what a sip URI means without it, TLS what a sips URI means; ws is secure by its scheme (RFC 7118 4).
    private static ReadOnlySpan<byte> TransportParameter(SipProtocol protocol, bool sips) =>
        protocol switch
        {
            SipProtocol.Tcp => ";transport=tcp"u8,
            SipProtocol.Tls => sips ? default : ";transport=tls"u8,
            SipProtocol.Ws => ";transport=ws"u8,
            SipProtocol.Wss => sips ? ";transport=ws"u8 : ";transport=wss"u8,
            _ => default,
        };

    private static void Append(Span<byte> text, ref int length, ReadOnlySpan<byte> part)
    {
        part.CopyTo(text[length..]);
        length += part.Length;
    }
}
