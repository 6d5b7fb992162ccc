using System.Text;

namespace Parley.Testing;

/// <summary>The few words that logs and ladders show of a message. Reads bytes that need not be good SIP.</summary>
internal static class PacketText
{
    internal static string Label(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> line = FirstLine(message);
        if (line.StartsWith("SIP/2.0 "u8) && line.Length >= 11)
        {
            string status = Text(line.Slice(8, 3));
            string method = CSeqMethod(message);
            return method.Length == 0 ? status : $"{status} {method}";
        }
        int space = line.IndexOf((byte)' ');
        return space > 0 && line.EndsWith("SIP/2.0"u8) ? Text(line[..space]) : "";
    }

    internal static string CallId(ReadOnlySpan<byte> message) => Text(Header(message, "Call-ID"u8, "i"u8));

    internal static string CSeq(ReadOnlySpan<byte> message) => Text(Header(message, "CSeq"u8, default));

    /// <summary>"CSeq: 1 INVITE" gives "INVITE".</summary>
    internal static string CSeqMethod(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> value = Header(message, "CSeq"u8, default);
        int space = value.LastIndexOf((byte)' ');
        return space < 0 ? "" : Text(value[(space + 1)..]);
    }

    internal static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> message)
    {
        int end = message.IndexOfAny((byte)'\r', (byte)'\n');
        return end < 0 ? message : message[..end];
    }

    /// <summary>The trimmed value of the first such header line; no folding.</summary>
    internal static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> message, ReadOnlySpan<byte> name, ReadOnlySpan<byte> compact)
    {
        while (!message.IsEmpty)
        {
            int end = message.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (end < 0 ? message : message[..end]).TrimEnd((byte)'\r');
            message = end < 0 ? default : message[(end + 1)..];
            if (line.IsEmpty)
                break;
            int colon = line.IndexOf((byte)':');
            if (colon <= 0)
                continue;
            ReadOnlySpan<byte> key = line[..colon].TrimEnd((byte)' ');
            if (Ascii.EqualsIgnoreCase(key, name) || (!compact.IsEmpty && Ascii.EqualsIgnoreCase(key, compact)))
                return line[(colon + 1)..].Trim((byte)' ');
        }
        return default;
    }

    internal static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
