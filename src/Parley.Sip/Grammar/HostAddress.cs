namespace Parley.Sip;

/// <summary>Reads literal addresses without making objects of them.</summary>
internal static class HostAddress
{
    /// <summary>A host name, an IPv4 address, or an IPv6 address in brackets.</summary>
    internal static bool IsHost(ReadOnlySpan<byte> host)
    {
        if (host.IsEmpty)
            return false;
        if (host[0] != '[')
            return host.IndexOfAnyExcept(SipGrammar.Host) < 0;
        return host.Length > 2 && host[^1] == ']' && TryParseIPv6(host[1..^1], out _, out _);
    }

    internal static bool TryParseIPv4(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        int parts = 0;
        while (true)
        {
            int dot = text.IndexOf((byte)'.');
            var part = dot < 0 ? text : text[..dot];
            if (part.Length > 3 || !SipGrammar.TryParseNumber(part, 255, out uint octet))
                return false;
            address = (address << 8) | octet;
            if (++parts == 4)
                return dot < 0;
            if (dot < 0)
                return false;
            text = text[(dot + 1)..];
        }
    }

    /// <summary>RFC 4291 text, and the three colons before an IPv4 tail that RFC 3261's grammar once allowed (RFC 5118 4.10).</summary>
    internal static bool TryParseIPv6(ReadOnlySpan<byte> text, out ulong high, out ulong low)
    {
        high = low = 0;
        Span<ushort> groups = stackalloc ushort[8];
        groups.Clear();
        int count = 0,
            gap = -1,
            position = 0;
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            position = AfterGap(text, 2);
            if (position == text.Length)
                return true;
        }
        while (true)
        {
            int start = position;
            int value = 0;
            while (position < text.Length && position - start < 4 && char.IsAsciiHexDigit((char)text[position]))
                value = (value << 4) | HexValue(text[position++]);
            if (position < text.Length && text[position] == '.')
            {
                if (count > 6 || !TryParseIPv4(text[start..], out uint tail))
                    return false;
                groups[count++] = (ushort)(tail >> 16);
                groups[count++] = (ushort)tail;
                break;
            }
            if (position == start || count == 8)
                return false;
            groups[count++] = (ushort)value;
            if (position == text.Length)
                break;
            if (text[position++] != ':' || position == text.Length)
                return false;
            if (text[position] == ':')
            {
                if (gap >= 0)
                    return false;
                gap = count;
                position = AfterGap(text, position + 1);
                if (position == text.Length)
                    break;
            }
        }
        if (gap < 0 ? count != 8 : count > 7)
            return false;
        if (gap >= 0)
        {
            groups[gap..count].CopyTo(groups[(8 - (count - gap))..]);
            groups[gap..(8 - (count - gap))].Clear();
        }
        for (int i = 0; i < 4; i++)
        {
            high = (high << 16) | groups[i];
            low = (low << 16) | groups[i + 4];
        }
        return true;
    }

    internal static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static int AfterGap(ReadOnlySpan<byte> text, int position) =>
        position < text.Length && text[position] == ':' && text[position..].Contains((byte)'.') ? position + 1 : position;
}
