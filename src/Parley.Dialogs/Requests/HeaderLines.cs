namespace Parley.Dialogs;

/// <summary>Checks header lines that a user adds to a request of the proxy's own: they may not end the headers nor smuggle in a message.</summary>
internal static class HeaderLines
{
    /// <summary>Throws unless the text is empty or whole lines "Name: value" with CRLF, none of a header that the builder writes itself.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Check(ReadOnlySpan<byte> lines, string argument)
    {
        while (!lines.IsEmpty)
        {
            int end = lines.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> line = end < 0 ? default : lines[..end];
            int colon = line.IndexOf((byte)':');
            if (end < 0 || colon <= 0 || line.ContainsAny((byte)'\r', (byte)'\n', (byte)0) || !IsName(line[..colon]))
                throw new ArgumentException("Header lines are \"Name: value\" with CRLF at the end of each.", argument);
            if (IsBuilt(line[..colon].TrimEnd(" \t"u8)))
                throw new ArgumentException(
                    "Via, Route, Max-Forwards, From, To, Call-ID, CSeq and Content-Length are written by the dialog.",
                    argument
                );
            lines = lines[(end + 2)..];
        }
    }

    private static bool IsName(ReadOnlySpan<byte> name)
    {
        foreach (byte b in name.TrimEnd(" \t"u8))
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && "-.!%*_+`'~"u8.IndexOf(b) < 0)
                return false;
        }

        return true;
    }

    private static bool IsBuilt(ReadOnlySpan<byte> name) =>
        Is(name, "Via"u8)
        || Is(name, "v"u8)
        || Is(name, "Route"u8)
        || Is(name, "Max-Forwards"u8)
        || Is(name, "From"u8)
        || Is(name, "f"u8)
        || Is(name, "To"u8)
        || Is(name, "t"u8)
        || Is(name, "Call-ID"u8)
        || Is(name, "i"u8)
        || Is(name, "CSeq"u8)
        || Is(name, "Content-Length"u8)
        || Is(name, "l"u8);

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> other) => System.Text.Ascii.EqualsIgnoreCase(name, other);
}
