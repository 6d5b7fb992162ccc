using System.Buffers;
using System.Text;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>Requests of the proxy's own within the dialog: BYEs, pings, PRACKs, sequential requests and their ACKs.</summary>
public sealed partial class Dialog
{
    [ThreadStatic]
    private static SipWriter? t_writer;

    /// <summary>Sends a request of the proxy's own to a leg, by the connection the leg came by last where there is one.</summary>
    /// <returns>Its CSeq; 0: it could not be sent, and the user hears nothing.</returns>
    internal uint SendOwn(
        DialogLeg leg,
        ReadOnlySpan<byte> method,
        ReadOnlySpan<byte> headerLines,
        ReadOnlySpan<byte> contentType,
        ReadOnlySpan<byte> body,
        ILocalRequestUser user,
        object? state,
        TimeSpan? timeout,
        bool newConnections
    )
    {
        uint cseq;
        SipFlow flow;
        lock (Gate)
        {
            flow = leg.FlowInLock;
            cseq = leg.TakeOwnCSeq();
        }

        Updated(); // the number must be known after a restart
        // After a restart the connection is not known until the party comes by it.
        bool isStream = flow.Listener is { IsReliable: true };
        if (isStream && flow.ConnectionId == 0 && !newConnections)
            return 0;
        DialogLeg? other = leg.IsCaller ? Callee : Caller;
        ReadOnlySpan<byte> contact = other is null ? default : other.Packed.Contact;
        byte[] lines = ArrayPool<byte>.Shared.Rent(headerLines.Length + contact.Length + 16);
        int length = AddContact(lines, contact, method, headerLines);
        InDialogRequest request = Describe(leg, method, cseq, lines.AsSpan(0, length), contentType, body);
        bool isWritten = InDialogRequestWriter.TryWrite(t_writer ??= new SipWriter(), in request, out ReadOnlySpan<byte> written);
        ArrayPool<byte>.Shared.Return(lines);
        if (!isWritten)
            return 0;
        return Module.LocalRequests.Send(
            written,
            ConnectionOf(flow),
            user,
            state,
            timeout,
            newConnections,
            flow.Listener,
            request.Destination.NextHop
        )
            ? cseq
            : 0;
    }

    /// <summary>The ACK of a 2xx, with the number of its INVITE.</summary>
    internal bool Acknowledge(DialogLeg leg, uint cseq, ReadOnlySpan<byte> contentType = default, ReadOnlySpan<byte> body = default)
    {
        SipFlow flow = leg.Flow;
        InDialogRequest request = Describe(leg, "ACK"u8, cseq, default, contentType, body);
        return InDialogRequestWriter.TryWrite(t_writer ??= new SipWriter(), in request, out ReadOnlySpan<byte> written)
            && Module.LocalRequests.SendAck(written, ConnectionOf(flow), flow.Listener, request.Destination.NextHop);
    }

    /// <summary>The BYE to a leg, in an array of its own; null when the leg has nothing to send to.</summary>
    internal byte[]? WriteBye(DialogLeg leg, uint cseq, ReadOnlySpan<byte> headerLines)
    {
        InDialogRequest request = Describe(leg, "BYE"u8, cseq, headerLines, default, default);
        return InDialogRequestWriter.TryWrite(t_writer ??= new SipWriter(), in request, out ReadOnlySpan<byte> written)
            ? written.ToArray()
            : null;
    }

    /// <summary>The connection to send to a leg by; null where there is none: then its route set or contact says where to.</summary>
    internal static SipFlow? ConnectionOf(in SipFlow flow) => flow.Listener is { IsReliable: true } && flow.ConnectionId != 0 ? flow : null;

    internal uint SendOptions(DialogLeg leg, ILocalRequestUser user, TimeSpan timeout) =>
        SendOwn(leg, "OPTIONS"u8, default, default, default, user, null, timeout, newConnections: false);

    internal uint SendSession(DialogLeg leg, ILocalRequestUser user, TimeSpan timeout) =>
        SessionFor(leg) is { } session
            ? SendOwn(
                leg,
                "INVITE"u8,
                default,
                SdpBody.TypeOf(session),
                SdpBody.BodyOf(session),
                user,
                null,
                timeout,
                newConnections: false
            )
            : 0;

    /// <summary>What a leg was told last about the session: the other party's description as it left the proxy, see <see cref="SdpBody"/>. Null when it is not known.</summary>
    internal byte[]? SessionFor(DialogLeg leg) => (leg.IsCaller ? Callee : Caller)?.Sdp;

    /// <summary>A leg has taken a description in a request of the proxy's own: it is in force there from now on.</summary>
    internal void SetSessionFor(DialogLeg leg, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body)
    {
        if (!KeepsSdp || body.IsEmpty || contentType.Length > byte.MaxValue)
            return;
        byte[]? session = SdpBody.Of(contentType, body);
        if (session is null || (leg.IsCaller ? Callee : Caller) is not { } other)
            return;
        lock (Gate)
        {
            other.Sdp = session;
        }

        Updated();
    }

    /// <summary>Requests that refresh the target (RFC 3261 12.2.1.1) carry the other party's Contact: nothing changes for who gets them.</summary>
    private static int AddContact(Span<byte> lines, ReadOnlySpan<byte> contact, ReadOnlySpan<byte> method, ReadOnlySpan<byte> headerLines)
    {
        headerLines.CopyTo(lines);
        int length = headerLines.Length;
        if (
            contact.IsEmpty
            || !(
                method.SequenceEqual("INVITE"u8)
                || method.SequenceEqual("UPDATE"u8)
                || method.SequenceEqual("SUBSCRIBE"u8)
                || method.SequenceEqual("NOTIFY"u8)
                || method.SequenceEqual("REFER"u8)
            )
            || HasContact(headerLines)
        )
            return length;
        Add(lines, ref length, "Contact: <"u8);
        Add(lines, ref length, contact);
        Add(lines, ref length, ">\r\n"u8);
        return length;
    }

    private static bool HasContact(ReadOnlySpan<byte> headerLines)
    {
        foreach (Range range in headerLines.Split("\r\n"u8))
        {
            ReadOnlySpan<byte> name = headerLines[range];
            int colon = name.IndexOf((byte)':');
            if (colon <= 0)
                continue;
            name = name[..colon].TrimEnd(" \t"u8);
            if (Ascii.EqualsIgnoreCase(name, "Contact"u8) || Ascii.EqualsIgnoreCase(name, "m"u8))
                return true;
        }

        return false;
    }

    private static void Add(Span<byte> lines, ref int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(lines[length..]);
        length += text.Length;
    }

    private InDialogRequest Describe(
        DialogLeg leg,
        ReadOnlySpan<byte> method,
        uint cseq,
        ReadOnlySpan<byte> headerLines,
        ReadOnlySpan<byte> contentType,
        ReadOnlySpan<byte> body
    )
    {
        DialogLeg? other = leg.IsCaller ? Callee : Caller;
        return new InDialogRequest
        {
            Method = method,
            CSeq = cseq,
            CallId = CallIdBytes,
            FromUri = leg.IsCaller ? ToUriBytes : FromUriBytes,
            FromTag = other is null ? default : other.TagBytes,
            ToUri = leg.IsCaller ? FromUriBytes : ToUriBytes,
            ToTag = leg.TagBytes,
            Destination = leg.Packed,
            ExtraHeaders = headerLines,
            ContentType = contentType,
            Body = body,
        };
    }
}
