namespace Parley.Sip;

/// <summary>Reads literal addresses in a URI, a Via or a setting without making objects of them.</summary>
public static class HostAddress
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

    /// <summary>Reads four decimal numbers with dots between them: RFC 3261 25.1 IPv4address. No shorter, octal or hexadecimal form.</summary>
    /// <param name="text">The host.</param>
    /// <param name="address">The address, its first number in the highest byte; only to be used when true is returned.</param>
    public static bool TryParseIPv4(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        if (text.Length is < 7 or > 15)
            return false;
        int parts = 0,
            digits = 0;
        uint value = 0;
        foreach (byte c in text)
        {
            if (c == '.')
            {
                if (digits == 0 || ++parts > 3)
                    return false;
                address = (address << 8) | value;
                value = 0;
                digits = 0;
                continue;
            }
            uint digit = (uint)(c - '0');
            value = (value * 10) + digit;
            if (digit > 9 || ++digits > 3 || value > 255)
                return false;
        }
        address = (address << 8) | value;
        return parts == 3 && digits > 0;
    }

    /// <summary>
    /// Reads an IPv6 address without brackets and zone: RFC 4291 2.2 (RFC 5954 4.1 puts it into SIP), and with the third colon before an IPv4
    /// tail that the grammar of RFC 3261 asked for, which is to be accepted (RFC 5118 4.10).
    /// </summary>
    /// <param name="text">The address.</param>
    /// <param name="high">Its first eight bytes in network order; only to be used when true is returned.</param>
    /// <param name="low">Its last eight bytes.</param>
    public static bool TryParseIPv6(ReadOnlySpan<byte> text, out ulong high, out ulong low)
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

    /// <summary>Behind "::", and behind the third colon of RFC 3261 when nothing but an IPv4 address follows it.</summary>
    private static int AfterGap(ReadOnlySpan<byte> text, int position) =>
        position < text.Length
        && text[position] == ':'
        && text[(position + 1)..].IndexOfAny((byte)':', (byte)'.') is var at and >= 0
        && text[position + 1 + at] == '.'
            ? position + 1
            : position;
}
