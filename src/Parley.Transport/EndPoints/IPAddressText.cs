using System.Buffers.Text;

namespace Parley.Transport;

/// <summary>Reads and writes addresses as text without objects; strict where the class library is lenient (no "127.1", no hex IPv4).</summary>
internal static class IPAddressText
{
    public static bool TryParseIPv4(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        if (text.Length is < 7 or > 15)
            return false;
        var parts = 0;
        var digits = 0;
        uint value = 0;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (digits == 0 || ++parts > 3)
                    return false;
                address = (address << 8) | value;
                value = 0;
                digits = 0;
            }
            else if (char.IsAsciiDigit((char)c))
            {
                value = (value * 10) + (uint)(c - '0');
                if (++digits > 3 || value > 255)
                    return false;
            }
            else
            {
                return false;
            }
        }
        if (parts != 3 || digits == 0)
            return false;
        address = (address << 8) | value;
        return true;
    }

    public static bool TryParseIPv6(ReadOnlySpan<byte> text, out ulong high, out ulong low)
    {
        high = low = 0;
        Span<ushort> groups = stackalloc ushort[8];
        var count = 0;
        var gap = -1;
        var at = 0;
        if (text.Length < 2)
            return false;
        if (text[0] == ':')
        {
            if (text[1] != ':')
                return false;
            gap = 0;
            at = 2;
        }
        while (at < text.Length)
        {
            if (count == 8)
                return false;
            var rest = text[at..];
            var end = rest.IndexOf((byte)':');
            var group = end < 0 ? rest : rest[..end];
            if (end < 0 && group.IndexOf((byte)'.') >= 0)
            {
                // The last 32 bits may be written as IPv4.
                if (count > 6 || !TryParseIPv4(group, out var v4))
                    return false;
                groups[count++] = (ushort)(v4 >> 16);
                groups[count++] = (ushort)v4;
                break;
            }
            if (group.Length is 0 or > 4)
                return false;
            var value = 0;
            foreach (var c in group)
            {
                if (!char.IsAsciiHexDigit((char)c))
                    return false;
                value = (value << 4) | HexValue(c);
            }
            groups[count++] = (ushort)value;
            if (end < 0)
                break;
            at += end + 1;
            if (at == text.Length)
                return false;
            if (text[at] == ':')
            {
                if (gap >= 0)
                    return false;
                gap = count;
                at++;
            }
        }
        if (gap < 0 ? count != 8 : count > 7)
            return false;
        Span<ushort> full = stackalloc ushort[8];
        full.Clear();
        var head = gap < 0 ? count : gap;
        groups[..head].CopyTo(full);
        groups[head..count].CopyTo(full[(8 - (count - head))..]);
        for (var i = 0; i < 4; i++)
        {
            high = (high << 16) | full[i];
            low = (low << 16) | full[i + 4];
        }
        return true;
    }

    public static int FormatIPv4(uint address, Span<byte> destination)
    {
        var length = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            Utf8Formatter.TryFormat((byte)(address >> shift), destination[length..], out var written);
            length += written;
            if (shift > 0)
                destination[length++] = (byte)'.';
        }
        return length;
    }

    /// <summary>RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as "::".</summary>
    public static int FormatIPv6(ulong high, ulong low, Span<byte> destination)
    {
        Span<ushort> groups = stackalloc ushort[8];
        for (var i = 0; i < 4; i++)
        {
            groups[i] = (ushort)(high >> (48 - (16 * i)));
            groups[i + 4] = (ushort)(low >> (48 - (16 * i)));
        }
        var (gapStart, gapLength) = LongestZeroRun(groups);
        var length = 0;
        for (var i = 0; i < 8; i++)
        {
            if (i == gapStart)
            {
                destination[length++] = (byte)':';
                destination[length++] = (byte)':';
                i += gapLength - 1;
                continue;
            }
            if (i > 0 && i != gapStart + gapLength)
                destination[length++] = (byte)':';
            Utf8Formatter.TryFormat(groups[i], destination[length..], out var written, new System.Buffers.StandardFormat('x'));
            length += written;
        }
        return length;
    }

    private static (int Start, int Length) LongestZeroRun(ReadOnlySpan<ushort> groups)
    {
        var (start, length) = (-9, 0);
        for (var i = 0; i < 8; i++)
        {
            var end = i;
            while (end < 8 && groups[end] == 0)
                end++;
            if (end - i >= 2 && end - i > length)
                (start, length) = (i, end - i);
            if (end > i)
                i = end;
        }
        return (start, length);
    }

    private static int HexValue(byte c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
