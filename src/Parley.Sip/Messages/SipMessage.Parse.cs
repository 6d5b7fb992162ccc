namespace Parley.Sip;

public sealed partial class SipMessage
{
    private int _failureCode;
    private string? _failure;

    /// <summary>Reads one message, as a datagram or a frame of a stream carried it. One pass; allocates nothing when warm.</summary>
    /// <remarks>Line ends in front are skipped (RFC 3261 7.5); what follows the Content-Length is cut, a body shorter than it is
    /// refused (18.3). A lone LF counts as a line end; a CR without LF is malformed. A rejected request keeps the headers that
    /// could be read, so that it can be answered. Bad bytes never throw.</remarks>
    /// <param name="buffer">The receive buffer; must stay as it is while the message is in use.</param>
    /// <param name="offset">The first received byte.</param>
    /// <param name="length">How many were received.</param>
    /// <param name="limits">What is too large.</param>
    /// <exception cref="ArgumentException">Offset and length do not lie in the buffer.</exception>
    public SipParseResult Parse(byte[] buffer, int offset, int length, SipLimits limits)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(limits);
        if (offset < 0 || length < 0 || offset > buffer.Length - length)
            throw new ArgumentException("Offset and length do not lie in the buffer.", nameof(length));
        Clear();
        int skip = buffer.AsSpan(offset, length).IndexOfAnyExcept((byte)'\r', (byte)'\n');
        if (skip < 0)
            return new SipParseResult(SipParseStatus.KeepAlive, 0, "Keep-alive");
        _buffer = buffer;
        _start = offset + skip;
        _length = length - skip;
        var bytes = Bytes;
        if (_length > limits.MaxMessageSize)
            Fail(513, "Message Too Large");
        if (!ParseStartLine(bytes, limits))
        {
            Clear();
            return SipParseResult.Drop("Not SIP");
        }
        ParseHeaders(bytes, limits);
        FindBody(limits);
        return _failureCode == 0 ? default : SipParseResult.Reject(_failureCode, _failure!).For(this);
    }

    private void Clear()
    {
        _buffer = [];
        _start = _length = _headerCount = 0;
        Array.Clear(_first);
        _isRequest = false;
        _method = SipMethod.Other;
        _methodLength =
            _uriStart =
            _uriLength =
            _versionStart =
            _statusCode =
            _reasonStart =
            _reasonLength =
            _startLineEnd =
            _bodyStart =
                0;
        _contentLength = -1;
        _failureCode = 0;
        _failure = null;
        RepeatsSingle = false;
        _known = 0;
    }

    // The first fault decides the answer: what follows it may be a consequence.
    private void Fail(int statusCode, string reason)
    {
        if (_failureCode != 0)
            return;
        _failureCode = statusCode;
        _failure = reason;
    }

    private bool ParseStartLine(ReadOnlySpan<byte> bytes, SipLimits limits)
    {
        int end = bytes.IndexOf((byte)'\n');
        if (end <= 0)
            return false;
        _startLineEnd = end + 1;
        if (bytes[end - 1] == '\r')
            end--;
        var line = bytes[..end];
        return line.StartsWith("SIP/"u8) || line.StartsWith("sip/"u8) ? ParseStatusLine(line) : ParseRequestLine(line, limits);
    }

    private bool ParseStatusLine(ReadOnlySpan<byte> line)
    {
        if (
            line.Length < 11
            || !SipText.EqualsIgnoreCase(line[..8], "SIP/2.0 "u8)
            || (line.Length > 11 && line[11] != ' ')
            || !SipGrammar.TryParseNumber(line.Slice(8, 3), 699, out uint code)
            || code < 100
            || line.Contains((byte)'\r')
        )
            return false;
        _statusCode = (int)code;
        _reasonStart = Math.Min(12, line.Length);
        _reasonLength = line.Length - _reasonStart;
        return true;
    }

    private bool ParseRequestLine(ReadOnlySpan<byte> line, SipLimits limits)
    {
        // Spaces beyond the two of the grammar are tolerated and not forwarded (RFC 4475 3.1.2.9 and 3.1.2.10).
        int end = line.Length;
        while (end > 0 && line[end - 1] == ' ')
            end--;
        int methodEnd = line.IndexOf((byte)' ');
        int versionStart = line[..end].LastIndexOf((byte)' ') + 1;
        if (methodEnd <= 0 || versionStart <= methodEnd)
            return false;
        var version = line[versionStart..end];
        if (version.Length < 5 || !SipText.EqualsIgnoreCase(version[..4], "SIP/"u8))
            return false;
        _isRequest = true;
        _methodLength = methodEnd;
        _method = SipText.ParseMethod(line[..methodEnd]);
        _versionStart = versionStart;
        _uriStart = methodEnd;
        while (line[_uriStart] == ' ')
            _uriStart++;
        int uriEnd = versionStart;
        while (uriEnd > _uriStart && line[uriEnd - 1] == ' ')
            uriEnd--;
        _uriLength = Math.Max(0, uriEnd - _uriStart);
        if (_method == SipMethod.Other && !SipGrammar.IsToken(line[..methodEnd]))
            Fail(400, "Malformed Method");
        if (!SipText.EqualsIgnoreCase(version, "SIP/2.0"u8))
            Fail(IsVersion(version[4..]) ? 505 : 400, "Version Not Supported");
        if (_uriLength > limits.MaxUriLength)
            Fail(414, "Request-URI Too Long");
        if (_uriLength == 0 || RequestUri.IndexOfAny(SipGrammar.NotInUri) >= 0)
            Fail(400, "Malformed Request-URI");
        return true;
    }

    private static bool IsVersion(ReadOnlySpan<byte> text)
    {
        int dot = text.IndexOf((byte)'.');
        return dot > 0
            && text[..dot].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && dot + 1 < text.Length
            && text[(dot + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }

    private void ParseHeaders(ReadOnlySpan<byte> bytes, SipLimits limits)
    {
        int position = _startLineEnd,
            lines = 0;
        while (true)
        {
            if (position >= bytes.Length)
            {
                Fail(400, "Missing End of Headers");
                _bodyStart = _length;
                return;
            }
            byte first = bytes[position];
            if (first == '\n' || (first == '\r' && position + 1 < bytes.Length && bytes[position + 1] == '\n'))
            {
                _bodyStart = position + (first == '\n' ? 1 : 2);
                return;
            }
            // Malformed lines count too: a message may not cost more than its well-formed like.
            if (lines++ == limits.MaxHeaderCount || _headerCount == Repeated - 2)
            {
                Fail(400, "Too Many Headers");
                _bodyStart = _length;
                return;
            }
            // Nothing before the colon may be folded, so it stands before the line end.
            int colon = bytes[position..].IndexOfAny((byte)':', (byte)'\n');
            if (colon >= 0 && bytes[position + colon] != ':')
                colon = -1;
            int valueFrom = colon < 0 ? bytes.Length : position + colon + 1;
            int nameEnd = valueFrom - 1;
            while (nameEnd > position && bytes[nameEnd - 1] is (byte)' ' or (byte)'\t')
                nameEnd--;
            var name = HeaderNames.Parse(bytes[position..Math.Max(position, nameEnd)]);
            bool good = name != SipHeaderName.Other || (colon >= 0 && SipGrammar.IsToken(bytes[position..nameEnd]));
            if (!good)
                Fail(400, "Malformed Header");
            int valueEnd = LineEnd(bytes, good ? valueFrom : position, out int next);
            WorkCount.Add(1 + ((next - position) >> 6));
            good &= valueEnd >= 0;
            if (next - position > limits.MaxHeaderLength)
            {
                Fail(400, "Header Too Long");
                good = false;
            }
            if (good)
                Add(bytes, name, position, nameEnd - position, valueFrom, valueEnd, next);
            position = next;
        }
    }

    // The end of a line with its folds, without the line end; -1 when it is malformed. next is the first byte after it.
    private int LineEnd(ReadOnlySpan<byte> bytes, int position, out int next)
    {
        bool bare = false;
        while (true)
        {
            int end = bytes[position..].IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                Fail(400, "Missing End of Headers");
                next = bytes.Length;
                return bare ? -1 : next;
            }
            end += position;
            if (bytes[end] == '\n')
            {
                next = end + 1;
            }
            else if (end + 1 < bytes.Length && bytes[end + 1] == '\n')
            {
                next = end + 2;
            }
            else
            {
                // A bare CR: the next hop might read a line end there that this one did not.
                Fail(400, "Malformed Line End");
                bare = true;
                position = end + 1;
                continue;
            }
            if (next >= bytes.Length || bytes[next] is not ((byte)' ' or (byte)'\t'))
                return bare ? -1 : end;
            position = next;
        }
    }

    private void Add(ReadOnlySpan<byte> bytes, SipHeaderName name, int start, int nameLength, int valueStart, int valueEnd, int next)
    {
        while (valueStart < valueEnd && SipGrammar.IsWhite(bytes[valueStart]))
            valueStart++;
        while (valueEnd > valueStart && SipGrammar.IsWhite(bytes[valueEnd - 1]))
            valueEnd--;
        if (_headerCount == _headers.Length)
            Array.Resize(ref _headers, _headers.Length * 2);
        _headers[_headerCount++] = new SipHeader(name, start, nameLength, valueStart, valueEnd - valueStart, next);
        ref ushort first = ref _first[(int)name];
        if (first == 0)
            first = (ushort)_headerCount;
        else
            Repeat(ref first, name);
        if (name != SipHeaderName.ContentLength)
            return;
        if (_contentLength >= 0 || !SipGrammar.TryParseNumber(bytes[valueStart..valueEnd], int.MaxValue, out uint length))
            Fail(400, _contentLength >= 0 ? "Several Content-Length Values" : "Malformed Content-Length");
        else
            _contentLength = (int)length;
    }

    private void Repeat(ref ushort first, SipHeaderName name)
    {
        first |= Repeated;
        if (name is SipHeaderName.From or SipHeaderName.To or SipHeaderName.CallId or SipHeaderName.CSeq or SipHeaderName.MaxForwards)
            RepeatsSingle = true;
    }

    private void FindBody(SipLimits limits)
    {
        int available = _length - _bodyStart;
        if (_contentLength > available)
            Fail(400, "Content-Length Mismatch");
        else if (_contentLength >= 0)
            _length = _bodyStart + _contentLength;
        if (_length - _bodyStart > limits.MaxBodySize)
            Fail(413, "Request Entity Too Large");
    }
}
