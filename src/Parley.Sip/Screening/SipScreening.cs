namespace Parley.Sip;

/// <summary>What RFC 3261 16.3 and 8.2 let a proxy refuse before it looks further: the verdict on a parsed message.</summary>
/// <remarks>A proxy looks at what it uses and lets the rest through (16.3 step 1): bad dates, unknown media types, strange
/// unknown headers are for the endpoints, and so is a Contact: the registrar reads that of a REGISTER, a dialog what it finds.</remarks>
public static class SipScreening
{
    /// <summary>Ok, Reject with status and reason, or Drop (responses and ACKs that are no good).</summary>
    public static SipParseResult Screen(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var fields = ScreenFields(message);
        if (!fields.IsOk)
            return fields;
        return (message.IsRequest ? ScreenRequest(message) : ScreenResponse(message)).For(message);
    }

    /// <summary>What only a request to be forwarded must meet: a hop left (16.3 step 3, 483) and no option in Proxy-Require that the
    /// proxy lacks (step 5, 420). An ACK is dropped instead.</summary>
    /// <param name="message">A screened request.</param>
    /// <param name="supported">The option tags this proxy supports.</param>
    public static SipParseResult ScreenForward(SipMessage message, params ReadOnlySpan<string> supported)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.MaxForwards == 0)
            return SipParseResult.Reject(483, "Too Many Hops").For(message);
        // 16.3 step 5 does not except CANCEL and ACK, but these cannot be answered so and only follow what went before (8.2.2.3).
        if (message.Method is SipMethod.Ack or SipMethod.Cancel)
            return default;
        foreach (var option in message.Tokens(SipHeaderName.ProxyRequire))
        {
            if (!IsSupported(option, supported))
                return SipParseResult.Reject(420, "Bad Extension");
        }
        return default;
    }

    private static bool IsSupported(ReadOnlySpan<byte> option, ReadOnlySpan<string> supported)
    {
        foreach (string each in supported)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(option, each))
                return true;
        }
        return false;
    }

    /// <summary>The part of <see cref="Screen"/> that looks at what every message must have exactly once: a first Via, From, To, Call-ID
    /// and CSeq (8.1.1, 16.3 step 1; RFC 4475 3.3.1, 3.3.8). A response to an ACK is dropped: there is none (17).</summary>
    public static SipParseResult ScreenFields(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var result = Fields(message);
        if (result.IsOk && !message.IsRequest && message.Method == SipMethod.Ack)
            return SipParseResult.Drop("Response to an ACK");
        return result.For(message);
    }

    /// <summary>Whether a rejected request can be answered: it has what a response copies from it (8.2.6.2), readable or not. An ACK is never answered (17.1.1.3).</summary>
    public static bool IsAnswerable(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.IsRequest
            && message.Method != SipMethod.Ack
            && Has(message, SipHeaderName.Via)
            && Has(message, SipHeaderName.CallId)
            && Has(message, SipHeaderName.From)
            && Has(message, SipHeaderName.To)
            && Has(message, SipHeaderName.CSeq);
    }

    private static bool Has(SipMessage message, SipHeaderName name) => message.TryGetHeader(name, out var value) && !value.IsEmpty;

    private static SipParseResult Fields(SipMessage message)
    {
        if (!message.TryGetTopVia(out var via))
            return SipParseResult.Reject(400, message.IndexOf(SipHeaderName.Via) < 0 ? "Missing Via" : "Malformed Via");
        // The cookie with nothing behind it identifies no transaction (RFC 4475 3.2.1).
        if (via.Branch.Length == 7 && SipText.EqualsIgnoreCase(via.Branch, "z9hG4bK"u8))
            return SipParseResult.Reject(400, "Malformed Via Branch");
        if (message.From.Text.IsEmpty)
            return Fault(message, SipHeaderName.From, "Missing From", "Malformed From");
        if (message.To.Text.IsEmpty)
            return Fault(message, SipHeaderName.To, "Missing To", "Malformed To");
        if (message.CallId.IsEmpty || message.CallId.IndexOfAny(" \t\r\n"u8) >= 0)
            return Fault(message, SipHeaderName.CallId, "Missing Call-ID", "Malformed Call-ID");
        if (!message.TryGetCSeq(out _, out _))
            return Fault(message, SipHeaderName.CSeq, "Missing CSeq", "Malformed CSeq");
        return message.RepeatsSingle ? SipParseResult.Reject(400, "Repeated Single Header") : default;
    }

    private static SipParseResult ScreenRequest(SipMessage message)
    {
        var uri = message.RequestUriView;
        if (!uri.IsValid)
            return SipParseResult.Reject(400, "Malformed Request-URI");
        if (uri.Scheme == SipUriScheme.Other)
            return SipParseResult.Reject(416, "Unsupported URI Scheme");
        // 19.1.1: header components are not allowed in a request URI, and must not reach the next hop (RFC 4475 3.1.2.11).
        if (!uri.Headers.IsEmpty)
            return SipParseResult.Reject(400, "Headers in Request-URI");
        if (!message.CSeqMethodText.SequenceEqual(message.MethodText))
        {
            // RFC 4475 3.1.2.18: 501 is the more precise answer to an unknown method.
            return message.Method == SipMethod.Other
                ? SipParseResult.Reject(501, "Not Implemented")
                : SipParseResult.Reject(400, "CSeq Method Mismatch");
        }
        if (message.MaxForwards < 0 && message.IndexOf(SipHeaderName.MaxForwards) >= 0)
            return SipParseResult.Reject(400, "Malformed Max-Forwards");
        if (!AreGood(message.Routes))
            return SipParseResult.Reject(400, "Malformed Route");
        return default;
    }

    private static SipParseResult ScreenResponse(SipMessage message)
    {
        // Where the response would go next: never to a broadcast or multicast address (RFC 4475 3.3.10).
        var vias = message.Vias.GetEnumerator();
        vias.MoveNext();
        if (!vias.MoveNext())
            return vias.IsMalformed ? SipParseResult.Drop("Malformed Via") : default;
        var next = vias.Current;
        var host = next.Received.IsEmpty ? next.Host : next.Received;
        return HostAddress.TryParseIPv4(host, out uint address) && (address >= 0xE0000000 || address == 0)
            ? SipParseResult.Drop("Via to a broadcast or multicast address")
            : default;
    }

    private static bool AreGood(NameAddrList values)
    {
        var enumerator = values.GetEnumerator();
        while (enumerator.MoveNext())
        {
            if (!enumerator.Current.Uri.IsValid)
                return false;
        }
        return !enumerator.IsMalformed;
    }

    private static SipParseResult Fault(SipMessage message, SipHeaderName name, string missing, string malformed) =>
        SipParseResult.Reject(400, message.IndexOf(name) < 0 ? missing : malformed);
}
