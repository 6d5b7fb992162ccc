namespace Parley.Sip;

/// <summary>Builds messages from nothing or from a request (RFC 3261 8.2.6). Grows its own buffer and keeps it; reusable.</summary>
/// <remarks>Values are written as given: values from the network must hold no line ends, which the caller checks.</remarks>
public sealed class SipWriter
{
    private byte[] _buffer = new byte[2048];
    private int _used;
    private bool _isShort;

    /// <summary>Bytes written so far.</summary>
    public int Length => _used;

    /// <summary>What has been written so far; lives until the next call.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _used);

    /// <summary>Begins a new message.</summary>
    public void Reset()
    {
        _used = 0;
        _isShort = false;
    }

    /// <summary>The first line of a request.</summary>
    public void RequestLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri)
    {
        Write(method);
        Write(" "u8);
        Write(uri);
        Write(" SIP/2.0\r\n"u8);
    }

    /// <summary>The first line of a response.</summary>
    /// <param name="statusCode">100 to 699.</param>
    /// <param name="reason">Empty for the registered phrase.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is not 100 to 699.</exception>
    public void StatusLine(int statusCode, ReadOnlySpan<byte> reason)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 699);
        Write("SIP/2.0 "u8);
        Number((ulong)statusCode);
        Write(" "u8);
        if (!_isShort)
            Write(reason.IsEmpty ? SipText.Reason(statusCode) : reason);
        Write("\r\n"u8);
    }

    /// <summary>One header line.</summary>
    public void Header(SipHeaderName name, ReadOnlySpan<byte> value)
    {
        Name(name);
        Write(value);
        Write("\r\n"u8);
    }

    /// <summary>One header line.</summary>
    public void Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Write(name);
        Write(": "u8);
        Write(value);
        Write("\r\n"u8);
    }

    /// <summary>One header line with a number.</summary>
    public void Header(SipHeaderName name, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Name(name);
        Number((ulong)value);
        Write("\r\n"u8);
    }

    /// <summary>The CSeq line.</summary>
    public void CSeq(uint number, ReadOnlySpan<byte> method)
    {
        Name(SipHeaderName.CSeq);
        Number(number);
        Write(" "u8);
        Write(method);
        Write("\r\n"u8);
    }

    /// <summary>Whole lines with CRLF.</summary>
    public void Lines(ReadOnlySpan<byte> lines) => Write(lines);

    /// <summary>Ends the headers: Content-Type when there is a body, Content-Length, blank line, body. The result lives until the next call.</summary>
    public ReadOnlySpan<byte> End(ReadOnlySpan<byte> contentType = default, ReadOnlySpan<byte> body = default)
    {
        if (!body.IsEmpty && !contentType.IsEmpty)
            Header(SipHeaderName.ContentType, contentType);
        Header(SipHeaderName.ContentLength, body.Length);
        Write("\r\n"u8);
        Write(body);
        return Written;
    }

    /// <summary>Ends the headers with a blank line alone: over a datagram a message without body needs no Content-Length (18.3). The result lives until the next call.</summary>
    public ReadOnlySpan<byte> EndHeaders()
    {
        Write("\r\n"u8);
        return Written;
    }

    /// <summary>The same as <see cref="Response(SipMessage, int, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> in as few bytes as can be, up to
    /// the next <see cref="Reset"/>: compact header names (7.3.3), no space after the colon, no reason phrase. For the answer to a short
    /// datagram, whose source may be forged.</summary>
    /// <param name="request">The request to answer; one that was rejected while parsing will do.</param>
    /// <param name="statusCode">100 to 699.</param>
    /// <param name="toTag">The tag to add to To; empty for none.</param>
    public void ShortResponse(SipMessage request, int statusCode, ReadOnlySpan<byte> toTag)
    {
        ArgumentNullException.ThrowIfNull(request);
        Reset();
        _isShort = true;
        StatusLine(statusCode, default);
        Fields(request, statusCode, toTag, default, 0);
    }

    /// <summary>Status line, all Vias, From, To (tag added when it has none and the status is not 100), Call-ID, CSeq, the Timestamp for 100
    /// (8.2.6.1), and Record-Routes for 101 to 299 (12.1.1); then Header/Lines, then End. What the request lacks is left out.</summary>
    /// <param name="request">The request to answer; one that was rejected while parsing will do.</param>
    /// <param name="statusCode">100 to 699.</param>
    /// <param name="reason">Empty for the registered phrase.</param>
    /// <param name="toTag">The tag to add to To; empty for none.</param>
    public void Response(SipMessage request, int statusCode, ReadOnlySpan<byte> reason, ReadOnlySpan<byte> toTag) =>
        Response(request, statusCode, reason, toTag, default, 0);

    /// <summary>The same, with the first Via telling where the request really came from (RFC 3261 18.2.1, RFC 3581 4).</summary>
    /// <param name="request">The request to answer; one that was rejected while parsing will do.</param>
    /// <param name="statusCode">100 to 699.</param>
    /// <param name="reason">Empty for the registered phrase.</param>
    /// <param name="toTag">The tag to add to To; empty for none.</param>
    /// <param name="received">The source address; empty to leave the Via as it is.</param>
    /// <param name="port">The source port, written when the Via has rport.</param>
    public void Response(
        SipMessage request,
        int statusCode,
        ReadOnlySpan<byte> reason,
        ReadOnlySpan<byte> toTag,
        ReadOnlySpan<byte> received,
        int port
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        Reset();
        StatusLine(statusCode, reason);
        Fields(request, statusCode, toTag, received, port);
    }

    private void Fields(SipMessage request, int statusCode, ReadOnlySpan<byte> toTag, ReadOnlySpan<byte> received, int port)
    {
        bool first = true;
        for (int i = request.IndexOf(SipHeaderName.Via); i >= 0; i = request.IndexOf(SipHeaderName.Via, i + 1))
        {
            if (first && !received.IsEmpty)
                FirstVia(request, request.HeaderAt(i), received, port);
            else
                Header(SipHeaderName.Via, request.ValueOf(request.HeaderAt(i)));
            first = false;
        }
        CopyFirst(request, SipHeaderName.From);
        if (request.TryGetHeader(SipHeaderName.To, out var to))
        {
            Name(SipHeaderName.To);
            Write(to);
            if (statusCode > 100 && !toTag.IsEmpty && !HasTag(request, to))
            {
                Write(";tag="u8);
                Write(toTag);
            }
            Write("\r\n"u8);
        }
        CopyFirst(request, SipHeaderName.CallId);
        CopyCSeq(request);
        if (statusCode == 100)
            CopyFirst(request, SipHeaderName.Timestamp);
        if (statusCode is > 100 and < 300)
            CopyAll(request, SipHeaderName.RecordRoute);
    }

    /// <summary>Copies every header of this name from another message, in order.</summary>
    public void CopyAll(SipMessage from, SipHeaderName name)
    {
        ArgumentNullException.ThrowIfNull(from);
        for (int i = from.IndexOf(name); i >= 0; i = from.IndexOf(name, i + 1))
            Header(name, from.ValueOf(from.HeaderAt(i)));
    }

    // 8.2.6.2: the answer has a tag also when the To it copies cannot be read; one that says nothing stays so.
    private static bool HasTag(SipMessage request, ReadOnlySpan<byte> to)
    {
        if (!request.To.Text.IsEmpty)
            return !request.ToTag.IsEmpty;
        for (int i = to.IndexOf((byte)';'); i >= 0 && i < to.Length; )
        {
            int name = SipGrammar.SkipWhite(to, i + 1);
            if (to.Length - name >= 3 && SipText.EqualsIgnoreCase(to.Slice(name, 3), "tag"u8))
                return true;
            int next = to[name..].IndexOf((byte)';');
            i = next < 0 ? -1 : name + next;
        }
        return to.IsEmpty;
    }

    // 8.2.6.2: that of the request. But one that names another method would be taken for the answer to that one (17.1.3), as the 400 to
    // a CANCEL with the CSeq of its INVITE for a refusal of the INVITE; so the method is that of the request line.
    private void CopyCSeq(SipMessage request)
    {
        if (
            request.TryGetCSeq(out uint number, out var method)
            && !method.SequenceEqual(request.MethodText)
            && SipGrammar.IsToken(request.MethodText)
        )
            CSeq(number, request.MethodText);
        else
            CopyFirst(request, SipHeaderName.CSeq);
    }

    private void CopyFirst(SipMessage from, SipHeaderName name)
    {
        if (from.TryGetHeader(name, out var value))
            Header(name, value);
    }

    private void FirstVia(SipMessage request, in SipHeader line, ReadOnlySpan<byte> received, int port)
    {
        var value = request.ValueOf(line);
        if (!request.TryGetTopVia(out var via))
        {
            Header(SipHeaderName.Via, value);
            return;
        }
        Write("Via: "u8);
        // Up to the end of the first value its parameters are rewritten where needed; what follows the comma stays.
        int position = 0,
            rport = via.HasRPort ? request.OffsetOf(via.RPortText) - line.ValueStart : -1;
        int old = via.Received.IsEmpty ? -1 : request.OffsetOf(via.Received) - line.ValueStart;
        for (int pass = 0; pass < 2; pass++)
        {
            if (rport >= position && (old < position || rport < old))
            {
                Write(value[position..rport]);
                Write("rport="u8);
                Number((ulong)port);
                position = rport + via.RPortText.Length;
            }
            else if (old >= position)
            {
                Write(value[position..old]);
                Write(received);
                position = old + via.Received.Length;
            }
        }
        Write(value[position..via.Text.Length]);
        if (old < 0)
        {
            Write(";received="u8);
            Write(received);
        }
        Write(value[via.Text.Length..]);
        Write("\r\n"u8);
    }

    private void Name(SipHeaderName name)
    {
        Write(_isShort && CompactName(name) is { IsEmpty: false } letter ? letter : SipText.Header(name));
        Write(_isShort ? ":"u8 : ": "u8);
    }

    private static ReadOnlySpan<byte> CompactName(SipHeaderName name) =>
        name switch
        {
            SipHeaderName.Via => "v"u8,
            SipHeaderName.From => "f"u8,
            SipHeaderName.To => "t"u8,
            SipHeaderName.CallId => "i"u8,
            SipHeaderName.Contact => "m"u8,
            SipHeaderName.ContentLength => "l"u8,
            SipHeaderName.ContentType => "c"u8,
            SipHeaderName.Supported => "k"u8,
            _ => default,
        };

    private void Number(ulong value)
    {
        Span<byte> digits = stackalloc byte[20];
        Write(digits[..SipText.Format(value, digits)]);
    }

    private void Write(ReadOnlySpan<byte> text)
    {
        if (_buffer.Length - _used < text.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _used + text.Length));
        text.CopyTo(_buffer.AsSpan(_used));
        _used += text.Length;
    }
}
