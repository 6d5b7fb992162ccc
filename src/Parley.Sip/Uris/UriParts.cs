namespace Parley.Sip;

/// <summary>Where the parts of a URI lie, counted from its first byte (RFC 3261 25.1, RFC 3966).</summary>
internal struct UriParts
{
    internal SipUriScheme Scheme;

    /// <summary>0 for a default value: a scheme is never empty.</summary>
    internal int SchemeLength;
    internal int UserStart,
        UserLength,
        PasswordStart,
        PasswordLength,
        HostStart,
        HostLength,
        Port;
    internal int ParametersStart,
        ParametersEnd,
        HeadersStart;

    /// <summary>Which of the parameters that routing asks for are there, or may be (a name with escapes): the rest need not be searched for.</summary>
    internal UriParameters Present;

    internal static bool TryParse(ReadOnlySpan<byte> text, out UriParts uri)
    {
        WorkCount.Add(1 + (text.Length >> 6));
        uri = default;
        int colon = text.IndexOf((byte)':');
        if (colon <= 0)
            return false;
        uri.SchemeLength = colon;
        uri.HeadersStart = uri.ParametersStart = uri.ParametersEnd = text.Length;
        uri.Scheme = SchemeOf(text[..colon]);
        return uri.Scheme switch
        {
            SipUriScheme.Sip or SipUriScheme.Sips => uri.ReadSip(text, colon + 1),
            SipUriScheme.Tel => uri.ReadTel(text, colon + 1),
            _ => char.IsAsciiLetter((char)text[0])
                && text[..colon].IndexOfAnyExcept(SipGrammar.Scheme) < 0
                && colon + 1 < text.Length
                && text.IndexOfAny(SipGrammar.NotInUri) < 0,
        };
    }

    internal static SipUriScheme SchemeOf(ReadOnlySpan<byte> scheme) =>
        scheme.Length switch
        {
            3 when SipText.EqualsIgnoreCase(scheme, "sip"u8) => SipUriScheme.Sip,
            3 when SipText.EqualsIgnoreCase(scheme, "tel"u8) => SipUriScheme.Tel,
            4 when SipText.EqualsIgnoreCase(scheme, "sips"u8) => SipUriScheme.Sips,
            _ => SipUriScheme.Other,
        };

    private bool ReadSip(ReadOnlySpan<byte> text, int position)
    {
        // '@' may stand unescaped in no other part.
        int at = text[position..].IndexOf((byte)'@');
        if (at >= 0)
        {
            if (!ReadUser(text.Slice(position, at), position))
                return false;
            position += at + 1;
        }
        HostStart = position;
        if (position < text.Length && text[position] == '[')
        {
            HostLength = text[position..].IndexOf((byte)']') + 1;
        }
        else
        {
            int length = text[position..].IndexOfAnyExcept(SipGrammar.Host);
            HostLength = length < 0 ? text.Length - position : length;
        }
        if (!HostAddress.IsHost(text.Slice(position, HostLength)))
            return false;
        position += HostLength;
        if (position < text.Length && text[position] == ':')
        {
            int digits = ++position;
            while (digits < text.Length && SipGrammar.IsDigit(text[digits]))
                digits++;
            if (!SipGrammar.TryParseNumber(text[position..digits], 65535, out uint port) || port == 0)
                return false;
            Port = (int)port;
            position = digits;
        }
        return ReadTail(text, position, headersAllowed: true);
    }

    private bool ReadUser(ReadOnlySpan<byte> userInfo, int start)
    {
        int colon = userInfo.IndexOf((byte)':');
        UserStart = start;
        UserLength = colon < 0 ? userInfo.Length : colon;
        if (colon >= 0)
        {
            PasswordStart = start + colon + 1;
            PasswordLength = userInfo.Length - colon - 1;
        }
        return UserLength > 0
            && SipGrammar.IsEscaped(userInfo[..UserLength], SipGrammar.User)
            && (colon < 0 || SipGrammar.IsEscaped(userInfo[(colon + 1)..], SipGrammar.Password));
    }

    private bool ReadTel(ReadOnlySpan<byte> text, int position)
    {
        int end = text[position..].IndexOf((byte)';');
        UserStart = position;
        UserLength = end < 0 ? text.Length - position : end;
        return UserLength > 0
            && text.Slice(UserStart, UserLength).IndexOfAnyExcept(SipGrammar.Telephone) < 0
            && ReadTail(text, position + UserLength, headersAllowed: false);
    }

    private bool ReadTail(ReadOnlySpan<byte> text, int position, bool headersAllowed)
    {
        ParametersStart = ParametersEnd = position;
        while (position < text.Length && text[position] == ';')
        {
            int length = text[(position + 1)..].IndexOfAny((byte)';', (byte)'?');
            int end = length < 0 ? text.Length : position + 1 + length;
            if (!ReadParameter(text[(position + 1)..end]))
                return false;
            position = ParametersEnd = end;
        }
        if (position == text.Length)
            return true;
        if (!headersAllowed || text[position] != '?')
            return false;
        HeadersStart = position + 1;
        return AreHeaders(text[HeadersStart..]);
    }

    private bool ReadParameter(ReadOnlySpan<byte> text)
    {
        int equals = text.IndexOf((byte)'=');
        var name = equals < 0 ? text : text[..equals];
        Present |= UriParameter(name);
        return !name.IsEmpty
            && SipGrammar.IsEscaped(name, SipGrammar.UriParameter)
            && (equals < 0 || SipGrammar.IsEscaped(text[(equals + 1)..], SipGrammar.UriParameter));
    }

    private static UriParameters UriParameter(ReadOnlySpan<byte> name) =>
        name.Length switch
        {
            2 when SipText.EqualsIgnoreCase(name, "lr"u8) => UriParameters.Lr,
            5 when SipText.EqualsIgnoreCase(name, "maddr"u8) => UriParameters.MAddr,
            9 when SipText.EqualsIgnoreCase(name, "transport"u8) => UriParameters.Transport,
            // An escape takes three bytes for one.
            > 3 when name.Contains((byte)'%') => UriParameters.All,
            _ => UriParameters.None,
        };

    private static bool AreHeaders(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            int next = text.IndexOf((byte)'&');
            var header = next < 0 ? text : text[..next];
            int equals = header.IndexOf((byte)'=');
            if (
                equals <= 0
                || !SipGrammar.IsEscaped(header[..equals], SipGrammar.UriHeader)
                || !SipGrammar.IsEscaped(header[(equals + 1)..], SipGrammar.UriHeader)
            )
                return false;
            if (next < 0)
                return true;
            text = text[(next + 1)..];
        }
    }
}
