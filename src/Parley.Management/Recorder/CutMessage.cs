using System.Buffers.Text;
using System.Text;

namespace Parley.Management;

/// <summary>A message whose end was not recorded, as bytes that can be parsed: its body is made as long as it says.</summary>
internal static class CutMessage
{
    private const int LongestBody = 1 << 20;

    public static byte[] Whole(ReadOnlySpan<byte> cut)
    {
        int head = cut.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return cut.ToArray();
        int missing = Math.Clamp(LengthOf(cut[..(head + 2)]) - (cut.Length - head - 4), 0, LongestBody);
        byte[] whole = new byte[cut.Length + missing];
        cut.CopyTo(whole);
        whole.AsSpan(cut.Length).Fill((byte)' ');
        return whole;
    }

    private static int LengthOf(ReadOnlySpan<byte> head)
    {
        while (!head.IsEmpty)
        {
            int end = head.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? head : head[..end];
            head = end < 0 ? default : head[(end + 1)..];
            int colon = line.IndexOf((byte)':');
            if (colon < 0)
                continue;
            ReadOnlySpan<byte> name = line[..colon].TrimEnd(" \t"u8);
            if (!Ascii.EqualsIgnoreCase(name, "Content-Length"u8) && !Ascii.EqualsIgnoreCase(name, "l"u8))
                continue;
            return Utf8Parser.TryParse(line[(colon + 1)..].TrimStart(" \t"u8), out int length, out _) ? length : 0;
        }

        return 0;
    }
}
