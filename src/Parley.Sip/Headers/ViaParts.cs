namespace Parley.Sip;

/// <summary>Where the parts of one Via value lie, counted from its first byte (RFC 3261 20.42, RFC 3581).</summary>
internal struct ViaParts
{
    internal int TransportStart,
        TransportLength;
    internal int HostStart,
        HostLength,
        SentByEnd,
        Port;
    internal int ParametersStart,
        Length;
    internal int BranchStart,
        BranchLength,
        ReceivedStart,
        ReceivedLength,
        MAddrStart,
        MAddrLength;

    /// <summary>-1 without the parameter, 0 when it has no value.</summary>
    internal int RPort;
    internal int RPortStart,
        RPortEnd;

    /// <summary>-1 without the parameter.</summary>
    internal int Ttl;

    /// <summary>Reads the value at the beginning of the text; <paramref name="consumed"/> is where the comma behind it stands, or the text's length.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out ViaParts via, out int consumed)
    {
        via = default;
        via.RPort = via.Ttl = -1;
        consumed = 0;
        int position = SipGrammar.SkipWhite(text, 8);
        if (!text.StartsWith("SIP/2.0/"u8) && !SkipProtocol(text, out position))
            return false;
        int length = text[position..].IndexOfAnyExcept(SipGrammar.Token);
        if (length <= 0)
            return false;
        via.TransportStart = position;
        via.TransportLength = length;
        position += length;
        if (!SipGrammar.IsWhite(text[position]))
            return false;
        position = SipGrammar.SkipWhite(text, position);
        if (!ReadSentBy(text, ref via, ref position))
            return false;
        via.Length = via.SentByEnd;
        via.ParametersStart = via.SentByEnd;
        var scan = new ParameterScan(text, position);
        if (scan.More)
            via.ParametersStart = position;
        while (scan.More)
        {
            if (!scan.Read() || !Take(ref via, ref scan))
                return false;
            via.Length = scan.End;
        }
        consumed = scan.Position;
        return scan.Ended;
    }

    // "SIP / 2.0 / UDP" may be written with white space around the slashes.
    private static bool SkipProtocol(ReadOnlySpan<byte> text, out int position)
    {
        position = 0;
        for (int part = 0; part < 2; part++)
        {
            int length = text[position..].IndexOfAnyExcept(SipGrammar.Token);
            if (length <= 0)
                return false;
            position = SipGrammar.SkipWhite(text, position + length);
            if (position >= text.Length || text[position] != '/')
                return false;
            position = SipGrammar.SkipWhite(text, position + 1);
        }
        return true;
    }

    private static bool ReadSentBy(ReadOnlySpan<byte> text, ref ViaParts via, ref int position)
    {
        if (position >= text.Length)
            return false;
        via.HostStart = position;
        if (text[position] == '[')
        {
            int close = text[position..].IndexOf((byte)']');
            if (close < 0)
                return false;
            via.HostLength = close + 1;
        }
        else
        {
            int length = text[position..].IndexOfAnyExcept(SipGrammar.Host);
            via.HostLength = length < 0 ? text.Length - position : length;
        }
        if (!HostAddress.IsHost(text.Slice(position, via.HostLength)))
            return false;
        via.SentByEnd = position + via.HostLength;
        position = SipGrammar.SkipWhite(text, via.SentByEnd);
        if (position >= text.Length || text[position] != ':')
            return true;
        position = SipGrammar.SkipWhite(text, position + 1);
        int digits = position;
        while (digits < text.Length && SipGrammar.IsDigit(text[digits]))
            digits++;
        if (!SipGrammar.TryParseNumber(text[position..digits], 65535, out uint port) || port == 0)
            return false;
        via.Port = (int)port;
        via.SentByEnd = digits;
        position = SipGrammar.SkipWhite(text, digits);
        return true;
    }

    private static bool Take(ref ViaParts via, ref ParameterScan scan)
    {
        var name = scan.Name;
        switch (name.Length)
        {
            case 3 when via.Ttl < 0 && SipText.EqualsIgnoreCase(name, "ttl"u8):
                if (!SipGrammar.TryParseNumber(scan.Value, 255, out uint ttl))
                    return false;
                via.Ttl = (int)ttl;
                break;
            case 5 when via.RPort < 0 && SipText.EqualsIgnoreCase(name, "rport"u8):
                uint port = 0;
                if (scan.ValueLength > 0 && !SipGrammar.TryParseNumber(scan.Value, 65535, out port))
                    return false;
                via.RPort = (int)port;
                via.RPortStart = scan.NameStart;
                via.RPortEnd = scan.End;
                break;
            case 5 when via.MAddrLength == 0 && SipText.EqualsIgnoreCase(name, "maddr"u8):
                (via.MAddrStart, via.MAddrLength) = (scan.ValueStart, scan.ValueLength);
                break;
            case 6 when via.BranchLength == 0 && SipText.EqualsIgnoreCase(name, "branch"u8):
                (via.BranchStart, via.BranchLength) = (scan.ValueStart, scan.ValueLength);
                break;
            case 8 when via.ReceivedLength == 0 && SipText.EqualsIgnoreCase(name, "received"u8):
                (via.ReceivedStart, via.ReceivedLength) = (scan.ValueStart, scan.ValueLength);
                break;
            default:
                break;
        }
        return true;
    }
}
