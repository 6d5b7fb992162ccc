using System.Text;

namespace Parley.Sip;

/// <summary>Which header lines code may add to a message by name and value, and how they are written.</summary>
internal static class HeaderRules
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The name as bytes, checked.</summary>
    /// <exception cref="ArgumentException">Not a token, or a header that the proxy itself writes.</exception>
    internal static byte[] Name(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        byte[] bytes = Bytes(name, nameof(name));
        CheckName(bytes);
        return bytes;
    }

    /// <summary>The value as bytes, checked.</summary>
    /// <exception cref="ArgumentException">It holds a line end or another control character, or is not Unicode.</exception>
    internal static byte[] Value(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        byte[] bytes = Bytes(value, nameof(value));
        CheckValue(bytes);
        return bytes;
    }

    internal static void CheckName(ReadOnlySpan<byte> name)
    {
        if (!SipGrammar.IsToken(name))
            throw new ArgumentException("A header name is a token: letters, digits and -.!%*_+`'~ (RFC 3261 25.1).", nameof(name));
        // RFC 3261 16.6: a proxy does not touch what identifies the request; where it goes, and how long it is, the relay writes.
        SipHeaderName known = HeaderNames.Parse(name);
        if (IsOwn(known))
            throw new ArgumentException(
                $"{Encoding.ASCII.GetString(HeaderNames.Full(known))} is not for code to add or remove: the proxy writes it.",
                nameof(name)
            );
    }

    internal static void CheckValue(ReadOnlySpan<byte> value)
    {
        if (!IsValue(value))
            throw new ArgumentException("A header value holds no line end and no control character.", nameof(value));
    }

    internal static bool IsValue(ReadOnlySpan<byte> value)
    {
        foreach (byte b in value)
        {
            if ((b < ' ' && b != '\t') || b == 0x7f)
                return false;
        }
        return true;
    }

    private static bool IsOwn(SipHeaderName name) =>
        name
            is SipHeaderName.Via
                or SipHeaderName.From
                or SipHeaderName.To
                or SipHeaderName.CallId
                or SipHeaderName.CSeq
                or SipHeaderName.MaxForwards
                or SipHeaderName.Route
                or SipHeaderName.RecordRoute
                or SipHeaderName.ContentLength
                or SipHeaderName.ContentType;

    private static byte[] Bytes(string text, string parameter)
    {
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw new ArgumentException("Not Unicode text.", parameter);
        }
    }
}
