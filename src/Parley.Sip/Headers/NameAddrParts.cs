namespace Parley.Sip;

/// <summary>Where the parts of an address value lie, counted from its first byte (RFC 3261 20.10, 20.20, 20.34, 20.39).</summary>
internal struct NameAddrParts
{
    internal int DisplayStart,
        DisplayLength,
        UriStart,
        UriLength,
        ParametersStart,
        TagStart,
        TagLength,
        Length;
    internal bool IsStar;

    /// <summary>Reads the value at the beginning of the text; <paramref name="consumed"/> is where the comma behind it stands, or the text's length.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out NameAddrParts value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (text.IsEmpty)
            return false;
        int position = 1;
        if (text[0] == '*' && new ParameterScan(text, SipGrammar.SkipWhite(text, 1)).Ended)
            value.IsStar = true;
        else if (!ReadAddress(text, ref value, out position))
            return false;
        value.Length = value.ParametersStart = position;
        position = SipGrammar.SkipWhite(text, position);
        var scan = new ParameterScan(text, position);
        if (scan.More)
            value.ParametersStart = position;
        while (scan.More)
        {
            if (!scan.Read())
                return false;
            value.Length = scan.End;
            if (scan.NameLength == 3 && value.TagLength == 0 && SipText.EqualsIgnoreCase(scan.Name, "tag"u8))
                (value.TagStart, value.TagLength) = (scan.ValueStart, scan.ValueLength);
        }
        consumed = scan.Position;
        return scan.Ended;
    }

    private static bool ReadAddress(ReadOnlySpan<byte> text, ref NameAddrParts value, out int position)
    {
        position = 0;
        if (text[0] == '"')
        {
            position = SipGrammar.QuotedEnd(text, 0);
            if (position < 0)
                return false;
            value.DisplayLength = position;
            position = SipGrammar.SkipWhite(text, position);
            return position < text.Length && text[position] == '<' && ReadBracketed(text, ref value, ref position);
        }
        int stop = text.IndexOfAny("<;,?\""u8);
        if (stop >= 0 && text[stop] == '<')
        {
            position = stop;
            var display = SipGrammar.Trim(text[..stop]);
            value.DisplayLength = display.Length;
            return IsDisplay(display) && ReadBracketed(text, ref value, ref position);
        }
        // Without brackets what follows ';' belongs to the header, and '?' or a quote has no place (RFC 3261 20.10).
        if (stop >= 0 && text[stop] is (byte)'?' or (byte)'"')
            return false;
        position = stop < 0 ? text.Length : stop;
        value.UriLength = SipGrammar.Trim(text[..position]).Length;
        position = value.UriLength;
        return IsUri(text[..position]);
    }

    private static bool ReadBracketed(ReadOnlySpan<byte> text, ref NameAddrParts value, ref int position)
    {
        int close = text[position..].IndexOf((byte)'>');
        if (close < 0)
            return false;
        value.UriStart = position + 1;
        value.UriLength = close - 1;
        position += close + 1;
        return IsUri(text.Slice(value.UriStart, value.UriLength));
    }

    private static bool IsUri(ReadOnlySpan<byte> text)
    {
        int colon = text.IndexOf((byte)':');
        return colon > 0 && text[..colon].IndexOfAnyExcept(SipGrammar.Scheme) < 0 && text.IndexOfAny(SipGrammar.NotInUri) < 0;
    }

    // Tokens and white space; bytes above 127 are let through, since phones write names in UTF-8 without quotes.
    private static bool IsDisplay(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            int other = text.IndexOfAnyExcept(SipGrammar.Token);
            if (other < 0)
                return true;
            if (!SipGrammar.IsWhite(text[other]) && text[other] < 0x80)
                return false;
            text = text[(other + 1)..];
        }
    }
}
