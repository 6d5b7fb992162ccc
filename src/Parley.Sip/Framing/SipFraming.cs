namespace Parley.Sip;

/// <summary>Finds message ends in a stream (RFC 3261 18.3, RFC 5626 3.5.1 keep-alives).</summary>
public static class SipFraming
{
    private static readonly SipFrame NeedMore = new(SipFrameKind.NeedMore, 0, false);

    /// <summary>Looks at the buffered bytes: Message with its length, KeepAlive with the bytes of CRLFs to skip (Ping true for the double
    /// CRLF that asks a pong), Padding, NeedMore, or Malformed, NoContentLength or TooLarge (close the connection).</summary>
    /// <remarks>What a stream does not say must not be guessed: without Content-Length no message (RFC 3261 18.3), and a first line that is not
    /// SIP's makes the stream Malformed at once, before it can swallow the message behind it. A single CRLF alone in the
    /// buffer is NeedMore: it may be half a ping. A lone LF ends a line, as in the parser.</remarks>
    public static SipFrame Next(ReadOnlySpan<byte> buffered, SipLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (buffered.IsEmpty)
            return NeedMore;
        if (buffered[0] is (byte)'\r' or (byte)'\n')
            return KeepAlive(buffered);
        if (buffered[0] is (byte)' ' or (byte)'\t' or 0)
            return Padding(buffered);
        if (!SipGrammar.Token.Contains(buffered[0]) || !BeginsAsSip(buffered))
            return new SipFrame(SipFrameKind.Malformed, 0, false);
        int headersEnd = FindHeadersEnd(buffered, out int contentLength, out bool malformed);
        if (headersEnd < 0)
        {
            if (buffered.Length >= limits.MaxMessageSize)
                return new SipFrame(SipFrameKind.TooLarge, 0, false);
            // A first line that does not end is not SIP.
            return buffered.Length > limits.MaxUriLength + limits.MaxHeaderLength && !buffered.Contains((byte)'\n')
                ? new SipFrame(SipFrameKind.Malformed, 0, false)
                : NeedMore;
        }
        if (malformed)
            return new SipFrame(SipFrameKind.Malformed, headersEnd, false);
        if (contentLength < 0)
            return new SipFrame(SipFrameKind.NoContentLength, headersEnd, false);
        if (headersEnd > limits.MaxMessageSize - contentLength || contentLength > limits.MaxBodySize)
            return new SipFrame(SipFrameKind.TooLarge, headersEnd, false);
        int total = headersEnd + contentLength;
        return total <= buffered.Length ? new SipFrame(SipFrameKind.Message, total, false) : NeedMore;
    }

    private static SipFrame KeepAlive(ReadOnlySpan<byte> buffered)
    {
        if (buffered[0] == '\n')
            return new SipFrame(SipFrameKind.KeepAlive, 1, false);
        if (buffered.StartsWith("\r\n\r\n"u8))
            return new SipFrame(SipFrameKind.KeepAlive, 4, true);
        if ("\r\n\r\n"u8.StartsWith(buffered))
            return NeedMore;
        return buffered[1] == '\n' ? new SipFrame(SipFrameKind.KeepAlive, 2, false) : new SipFrame(SipFrameKind.Padding, 1, false);
    }

    private static SipFrame Padding(ReadOnlySpan<byte> buffered)
    {
        int length = buffered.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)0);
        return new SipFrame(SipFrameKind.Padding, length < 0 ? buffered.Length : length, false);
    }

    /// <summary>False when the first line is whole and neither a Status-Line nor a Request-Line (RFC 3261 7.1, 7.2): "SIP/" at its beginning, or before its last word.</summary>
    private static bool BeginsAsSip(ReadOnlySpan<byte> buffered)
    {
        int end = buffered.IndexOf((byte)'\n');
        if (end < 0)
            return true;
        ReadOnlySpan<byte> line = SipGrammar.Trim(buffered[..end]);
        return IsVersion(line) || IsVersion(line[(line.LastIndexOfAny((byte)' ', (byte)'\t') + 1)..]);

        static bool IsVersion(ReadOnlySpan<byte> word) => word.Length > 4 && SipText.EqualsIgnoreCase(word[..4], "SIP/"u8);
    }

    private static int FindHeadersEnd(ReadOnlySpan<byte> buffered, out int contentLength, out bool malformed)
    {
        contentLength = -1;
        malformed = false;
        int position = 0;
        while (true)
        {
            int end = buffered[position..].IndexOf((byte)'\n');
            if (end < 0)
                return -1;
            position += end + 1;
            if (position >= buffered.Length)
                return -1;
            switch (buffered[position])
            {
                case (byte)'\n':
                    return position + 1;
                case (byte)'\r':
                    if (position + 1 >= buffered.Length)
                        return -1;
                    if (buffered[position + 1] == '\n')
                        return position + 2;
                    break;
                case (byte)'l' or (byte)'L' or (byte)'c' or (byte)'C':
                    if (!IsContentLength(buffered[position..], out int valueStart))
                        break;
                    if (!TryReadLength(buffered, position + valueStart, out bool whole, out int length))
                    {
                        if (!whole)
                            return -1;
                        malformed = true;
                    }
                    malformed |= contentLength >= 0; // twice
                    contentLength = length;
                    break;
                default:
                    break;
            }
        }
    }

    private static bool IsContentLength(ReadOnlySpan<byte> line, out int valueStart)
    {
        valueStart = 0;
        int length = 1;
        if (line.Length > 14 && SipText.EqualsIgnoreCase(line[..14], "Content-Length"u8))
            length = 14;
        else if ((line[0] | 0x20) != 'l')
            return false;
        while (length < line.Length && line[length] is (byte)' ' or (byte)'\t')
            length++;
        if (length >= line.Length || line[length] != ':')
            return false;
        valueStart = length + 1;
        return true;
    }

    // The value may be folded, so its end is known only with the first byte of the next line.
    private static bool TryReadLength(ReadOnlySpan<byte> buffered, int position, out bool whole, out int length)
    {
        length = 0;
        int end = position;
        while (true)
        {
            int next = buffered[end..].IndexOf((byte)'\n');
            whole = next >= 0 && end + next + 1 < buffered.Length;
            if (!whole)
                return false;
            end += next + 1;
            if (buffered[end] is not ((byte)' ' or (byte)'\t'))
                break;
        }
        if (!SipGrammar.TryParseNumber(SipGrammar.Trim(buffered[position..end]), int.MaxValue, out uint value))
            return false;
        length = (int)value;
        return true;
    }
}
