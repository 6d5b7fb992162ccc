using System.Text;

namespace Parley.Sip;

/// <summary>The %HH escapes of URIs (RFC 3261 19.1.2, RFC 3986 2.1).</summary>
public static class SipEscaping
{
    private const string UpperHex = "0123456789ABCDEF";

    /// <summary>Undoes escapes; a '%' that begins none stays as it is.</summary>
    /// <param name="text">Escaped text.</param>
    /// <param name="destination">At least as long as the text.</param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException">The destination is shorter than the text.</exception>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        if (destination.Length < text.Length)
            throw new ArgumentException("Shorter than the text.", nameof(destination));
        int written = 0;
        while (!text.IsEmpty)
            destination[written++] = Next(ref text, out _);
        return written;
    }

    /// <summary>The text with its escapes undone, read as UTF-8; allocates.</summary>
    public static string UnescapeToString(ReadOnlySpan<byte> text)
    {
        if (!text.Contains((byte)'%'))
            return Encoding.UTF8.GetString(text);
        Span<byte> plain = text.Length <= 512 ? stackalloc byte[text.Length] : new byte[text.Length];
        return Encoding.UTF8.GetString(plain[..Unescape(text, plain)]);
    }

    /// <summary>Escapes what a user part cannot carry raw.</summary>
    /// <param name="text">UTF-8 text.</param>
    /// <param name="destination">At least three times as long.</param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int EscapeUser(ReadOnlySpan<byte> text, Span<byte> destination) => Escape(text, destination, SipGrammar.User);

    /// <summary>Escapes what a URI parameter's name or value cannot carry raw.</summary>
    /// <param name="text">UTF-8 text.</param>
    /// <param name="destination">At least three times as long.</param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int EscapeParameter(ReadOnlySpan<byte> text, Span<byte> destination) =>
        Escape(text, destination, SipGrammar.UriParameter);

    internal static int Escape(ReadOnlySpan<byte> text, Span<byte> destination, System.Buffers.SearchValues<byte> allowed)
    {
        if (destination.Length < text.Length * 3)
            throw new ArgumentException("Shorter than three times the text.", nameof(destination));
        int written = 0;
        foreach (byte value in text)
        {
            // '#' is only tolerated when received; '%' always begins an escape.
            if (value != '#' && allowed.Contains(value))
            {
                destination[written++] = value;
                continue;
            }
            destination[written++] = (byte)'%';
            destination[written++] = (byte)UpperHex[value >> 4];
            destination[written++] = (byte)UpperHex[value & 15];
        }
        return written;
    }

    /// <summary>Equality where a character and its escape are the same, reserved ones excepted (RFC 3261 19.1.4).</summary>
    internal static bool Equals(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.SequenceEqual(b))
            return true;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            if (NextComparable(ref a) != NextComparable(ref b))
                return false;
        }
        return a.IsEmpty && b.IsEmpty;
    }

    /// <summary>As <see cref="Equals(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>, without the case of ASCII letters.</summary>
    internal static bool EqualsIgnoreCase(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (SipText.EqualsIgnoreCase(a, b))
            return true;
        if (!a.Contains((byte)'%') && !b.Contains((byte)'%'))
            return false;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            if (Lower(NextComparable(ref a)) != Lower(NextComparable(ref b)))
                return false;
        }
        return a.IsEmpty && b.IsEmpty;
    }

    /// <summary>The next character; an escaped reserved one has 0x100 added, so that it differs from the raw one.</summary>
    internal static int NextComparable(ref ReadOnlySpan<byte> text)
    {
        byte value = Next(ref text, out bool escaped);
        return escaped && ";/?:@&=+$,"u8.Contains(value) ? value | 0x100 : value;
    }

    private static byte Next(ref ReadOnlySpan<byte> text, out bool escaped)
    {
        escaped = text.Length > 2 && text[0] == '%' && char.IsAsciiHexDigit((char)text[1]) && char.IsAsciiHexDigit((char)text[2]);
        byte value = escaped ? (byte)((HostAddress.HexValue(text[1]) << 4) | HostAddress.HexValue(text[2])) : text[0];
        text = text[(escaped ? 3 : 1)..];
        return value;
    }

    private static int Lower(int value) => value is >= 'A' and <= 'Z' ? value | 0x20 : value;
}
