using Parley.Sip;

namespace Parley.Transactions;

/// <summary>The two requests that a client machine makes out of its INVITE: the ACK for a failure (17.1.1.3) and the CANCEL (9.1).</summary>
internal static class HopByHopRequest
{
    /// <summary>
    /// 17.1.1.3: Call-ID, From and request-URI of the INVITE, To of the response (with its tag), one Via: the INVITE's topmost, CSeq with
    /// the same number and ACK, and the INVITE's Route headers.
    /// </summary>
    public static ReadOnlySpan<byte> Ack(SipWriter writer, SipMessage invite, SipMessage response)
    {
        Begin(writer, invite, "ACK"u8, response.To.Text);
        return writer.End();
    }

    /// <summary>9.1: request-URI, Call-ID, To, CSeq number and From of the INVITE, one Via: the INVITE's topmost, and its Route headers.</summary>
    public static ReadOnlySpan<byte> Cancel(SipWriter writer, SipMessage invite, ReadOnlySpan<byte> headerLines)
    {
        Begin(writer, invite, "CANCEL"u8, invite.To.Text);
        if (!headerLines.IsEmpty)
            writer.Lines(headerLines);
        return writer.End();
    }

    private static void Begin(SipWriter writer, SipMessage invite, ReadOnlySpan<byte> method, ReadOnlySpan<byte> to)
    {
        writer.Reset();
        writer.RequestLine(method, invite.RequestUri);
        if (invite.TryGetTopVia(out ViaView via))
            writer.Header(SipHeaderName.Via, via.Text);
        writer.Header(SipHeaderName.MaxForwards, "70"u8);
        for (int i = invite.IndexOf(SipHeaderName.Route); i >= 0; i = invite.IndexOf(SipHeaderName.Route, i + 1))
            writer.Header(SipHeaderName.Route, invite.ValueOf(invite.HeaderAt(i)));
        writer.Header(SipHeaderName.From, invite.From.Text);
        writer.Header(SipHeaderName.To, to);
        writer.Header(SipHeaderName.CallId, invite.CallId);
        writer.CSeq(invite.CSeqNumber, method);
    }
}
