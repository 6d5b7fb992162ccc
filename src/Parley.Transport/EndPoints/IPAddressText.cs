using System.Buffers.Text;

namespace Parley.Transport;

/// <summary>Writes addresses as text without objects; <see cref="Sip.HostAddress"/> reads them.</summary>
internal static class IPAddressText
{
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
}
