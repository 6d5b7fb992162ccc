using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>Writes and sends the requests of the proxy's own within the dialogs of one module: BYEs, pings, PRACKs, sequential requests and their ACKs.</summary>
/// <param name="runtime">The runtime.</param>
/// <param name="local">Sends them.</param>
/// <param name="prackTimeout">See <see cref="DialogOptions.PrackTimeout"/>.</param>
internal sealed class DialogRequests(DialogRuntime runtime, LocalRequests local, TimeSpan? prackTimeout)
{
    [ThreadStatic]
    private static SipWriter? t_writer;

    private static SipWriter Writer => t_writer ??= new SipWriter();

    /// <summary>The connection to send to a leg by; null where there is none: then its route set or contact says where to.</summary>
    public static SipFlow? ConnectionOf(in SipFlow flow) => flow.Listener is { IsReliable: true } && flow.ConnectionId != 0 ? flow : null;

    /// <summary>What a leg knows of the session: the other party's description as it left the proxy, see <see cref="SdpBody"/>. Null when it is not known.</summary>
    public static byte[]? SessionFor(Dialog dialog, DialogLeg leg) => dialog.LegSet.OtherThan(leg)?.Sdp;

    /// <summary>Sends a request of the proxy's own to a leg, by the connection the leg came by last where there is one.</summary>
    /// <returns>Its CSeq; 0: it could not be sent, and the user is not called.</returns>
    public uint Send(
        Dialog dialog,
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
        lock (dialog.Lock)
        {
            flow = leg.FlowInLock;
            cseq = leg.TakeOwnCSeq();
        }

        dialog.Updated(); // the number must be known after a restart
        // After a restart the connection is not known until the party comes by it.
        bool isStream = flow.Listener is { IsReliable: true };
        if (isStream && flow.ConnectionId == 0 && !newConnections)
            return 0;
        DialogLeg? other = dialog.LegSet.OtherThan(leg);
        ReadOnlySpan<byte> contact = other is null ? default : other.Packed.Contact;
        byte[] lines = ArrayPool<byte>.Shared.Rent(headerLines.Length + contact.Length + 16);
        int length = AddContact(lines, contact, method, headerLines);
        InDialogRequest request = Describe(dialog, leg, other, method, cseq, lines.AsSpan(0, length), contentType, body);
        bool isWritten = InDialogRequestWriter.TryWrite(Writer, in request, out ReadOnlySpan<byte> written);
        ArrayPool<byte>.Shared.Return(lines);
        if (!isWritten)
            return 0;
        return local.Send(written, ConnectionOf(flow), user, state, timeout, newConnections, flow.Listener, request.Destination.NextHop)
            ? cseq
            : 0;
    }

    /// <summary>The ACK of a 2xx, with the number of its INVITE.</summary>
    public bool Acknowledge(
        Dialog dialog,
        DialogLeg leg,
        uint cseq,
        ReadOnlySpan<byte> contentType = default,
        ReadOnlySpan<byte> body = default
    )
    {
        SipFlow flow = leg.Flow;
        InDialogRequest request = Describe(dialog, leg, dialog.LegSet.OtherThan(leg), "ACK"u8, cseq, default, contentType, body);
        return InDialogRequestWriter.TryWrite(Writer, in request, out ReadOnlySpan<byte> written)
            && local.SendAck(written, ConnectionOf(flow), flow.Listener, request.Destination.NextHop);
    }

    /// <summary>The BYE to a leg, in an array of its own; null when the leg has nothing to send to.</summary>
    public static byte[]? WriteBye(Dialog dialog, DialogLeg leg, DialogLeg? other, uint cseq, ReadOnlySpan<byte> headerLines)
    {
        InDialogRequest request = Describe(dialog, leg, other, "BYE"u8, cseq, headerLines, default, default);
        return InDialogRequestWriter.TryWrite(Writer, in request, out ReadOnlySpan<byte> written) ? written.ToArray() : null;
    }

    public uint SendOptions(Dialog dialog, DialogLeg leg, ILocalRequestUser user, object state, TimeSpan timeout) =>
        Send(dialog, leg, "OPTIONS"u8, default, default, default, user, state, timeout, newConnections: false);

    public uint SendSession(Dialog dialog, DialogLeg leg, ILocalRequestUser user, object state, TimeSpan timeout) =>
        SessionFor(dialog, leg) is { } session
            ? Send(
                dialog,
                leg,
                "INVITE"u8,
                default,
                SdpBody.TypeOf(session),
                SdpBody.BodyOf(session),
                user,
                state,
                timeout,
                newConnections: false
            )
            : 0;

    /// <summary>RFC 3262 7.2: "RAck: rseq cseq INVITE", the numbers as the callee wrote them.</summary>
    /// <returns>False: it could not be sent, and the user is not called.</returns>
    public bool SendPrack(Dialog dialog, DialogLeg leg, long rseq, uint inviteCSeq, ILocalRequestUser user)
    {
        Span<byte> line = stackalloc byte[48];
        "RAck: "u8.CopyTo(line);
        int length = 6;
        Utf8Formatter.TryFormat(rseq, line[length..], out int written);
        line[length += written] = (byte)' ';
        length++;
        Utf8Formatter.TryFormat(inviteCSeq, line[length..], out written);
        length += written;
        " INVITE\r\n"u8.CopyTo(line[length..]);
        ReadOnlySpan<byte> rack = line[..(length + 9)];
        return Send(dialog, leg, "PRACK"u8, rack, default, default, user, leg, prackTimeout, newConnections: true) != 0;
    }

    /// <summary>A PRACK has had a failure for an answer, or none: the hooks run, then the call ends where it is to end.</summary>
    public void PrackFailed(Dialog dialog, DialogLeg leg, int statusCode)
    {
        runtime.Log.PrackFailed(dialog.Id, statusCode);
        Dialog? outer = CurrentDialog.Set(dialog);
        runtime.Hooks.RunPrackFailed(dialog, leg, statusCode);
        dialog.Hooks?.RunPrackFailed(dialog, leg, statusCode);
        CurrentDialog.Set(outer);
        if ((dialog.Flags & DialogFlags.EndOnPrackFailure) != 0 && dialog.State is DialogState.Unconfirmed or DialogState.Early)
            dialog.Terminate(DialogReasons.PrackFailed);
    }

    /// <summary>A leg has taken a description in a request of the proxy's own: it is in force there from now on.</summary>
    public static void SetSessionFor(Dialog dialog, DialogLeg leg, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body)
    {
        if (!dialog.KeepsSdp || body.IsEmpty || contentType.Length > byte.MaxValue)
            return;
        byte[]? session = SdpBody.Of(contentType, body);
        if (session is null || dialog.LegSet.OtherThan(leg) is not { } other)
            return;
        lock (dialog.Lock)
        {
            other.Sdp = session;
        }

        dialog.Updated();
    }

    /// <summary>Asks one end, or both one after the other; see <see cref="Dialog.SendSequentialAsync(SequentialRequest)"/>.</summary>
    public Task<SequentialReply> SendSequentialAsync(Dialog dialog, SequentialRequest request)
    {
        DialogLeg? caller = null,
            callee = null;
        lock (dialog.Lock)
        {
            bool isInvite = request.Method == "INVITE";
            // An INVITE within a dialog needs the first one's end (RFC 3261 14.1); other requests may go to a party that rings.
            if (dialog.MayPingInLock || (!isInvite && dialog.StateInLock is DialogState.Early or DialogState.ConfirmedNoAck))
            {
                caller = dialog.Caller;
                callee =
                    request.Leg is not { IsCaller: false } leg ? dialog.Callee
                    : dialog.LegSet.CanAsk(leg, isInvite) ? leg
                    : null;
            }
        }

        bool asksCaller = request.AsksCaller;
        DialogLeg? first = asksCaller ? caller : callee,
            second = asksCaller ? callee : caller;
        if (first is null || (request.IsChallenge && second is null))
            return Task.FromResult(new SequentialReply(481, "Call/Transaction Does Not Exist", isLocal: true, leg: null));
        var exchange = new SequentialExchange(this, runtime.Settings, dialog, request, first, request.IsChallenge ? second : null);
        exchange.Start();
        return exchange.Task;
    }

    /// <summary>Requests that refresh the target (RFC 3261 12.2.1.1) carry the other party's Contact: nothing changes for the party that gets them.</summary>
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

    private static InDialogRequest Describe(
        Dialog dialog,
        DialogLeg leg,
        DialogLeg? other,
        ReadOnlySpan<byte> method,
        uint cseq,
        ReadOnlySpan<byte> headerLines,
        ReadOnlySpan<byte> contentType,
        ReadOnlySpan<byte> body
    ) =>
        new()
        {
            Method = method,
            CSeq = cseq,
            CallId = dialog.CallIdBytes,
            FromUri = leg.IsCaller ? dialog.ToUriBytes : dialog.FromUriBytes,
            FromTag = other is null ? default : other.TagBytes,
            ToUri = leg.IsCaller ? dialog.FromUriBytes : dialog.ToUriBytes,
            ToTag = leg.TagBytes,
            Destination = leg.Packed,
            ExtraHeaders = headerLines,
            ContentType = contentType,
            Body = body,
        };
}
