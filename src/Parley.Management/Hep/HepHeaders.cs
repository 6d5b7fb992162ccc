namespace Parley.Management;

/// <summary>Finds what chooses a message, in bytes that need not be good SIP. Linear, without allocation.</summary>
internal static class HepHeaders
{
    /// <summary>The trimmed value of the first Call-ID; empty when there is none.</summary>
    public static ReadOnlySpan<byte> CallId(ReadOnlySpan<byte> message) => Find(message, "Call-ID"u8, (byte)'i');

    /// <summary>The user part of a header's URI; empty when there is none.</summary>
    public static ReadOnlySpan<byte> User(ReadOnlySpan<byte> message, ReadOnlySpan<byte> name, byte compact) =>
        UserOf(Find(message, name, compact));

    /// <summary>The user part of the request-URI; empty in a response.</summary>
    public static ReadOnlySpan<byte> RequestUser(ReadOnlySpan<byte> message)
    {
        int end = message.IndexOfAny((byte)'\r', (byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? message : message[..end];
        return line.StartsWith("SIP/2.0"u8) ? default : UserOf(line);
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> message, ReadOnlySpan<byte> name, byte compact)
    {
        while (!message.IsEmpty)
        {
            int end = message.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (end < 0 ? message : message[..end]).TrimEnd((byte)'\r');
            message = end < 0 ? default : message[(end + 1)..];
            if (line.IsEmpty)
                return default;
            // The first letter decides for nearly every line.
            byte first = (byte)(line[0] | 0x20);
            if (first != (name[0] | 0x20) && first != compact)
                continue;
            int colon = line.IndexOf((byte)':');
            if (colon <= 0)
                continue;
            ReadOnlySpan<byte> key = line[..colon].TrimEnd(" \t"u8);
            if ((key.Length == 1 && first == compact) || System.Text.Ascii.EqualsIgnoreCase(key, name))
                return line[(colon + 1)..].Trim(" \t"u8);
        }

        return default;
    }

    private static ReadOnlySpan<byte> UserOf(ReadOnlySpan<byte> value)
    {
        int scheme = value.IndexOf("sip:"u8);
        if (scheme >= 0)
            scheme += 4;
        else if ((scheme = value.IndexOf("sips:"u8)) >= 0)
            scheme += 5;
        else if ((scheme = value.IndexOf("tel:"u8)) >= 0)
            return value[(scheme + 4)..] is var number && number.IndexOfAny(";> "u8) is >= 0 and var end ? number[..end] : number;
        else
            return default;
        ReadOnlySpan<byte> rest = value[scheme..];
        int at = rest.IndexOfAny("@> "u8);
        if (at < 0 || rest[at] != '@')
            return default;
        ReadOnlySpan<byte> user = rest[..at];
        int password = user.IndexOf((byte)':');
        return password < 0 ? user : user[..password];
    }
}
