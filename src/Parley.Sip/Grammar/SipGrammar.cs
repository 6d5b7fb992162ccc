using System.Buffers;

namespace Parley.Sip;

/// <summary>Character classes and the few scanning steps that every parser here shares (RFC 3261 25.1).</summary>
/// <remarks>White space includes CR and LF: a header value may be folded, and the header table has already made sure
/// that a line end inside a value is followed by white space.</remarks>
internal static class SipGrammar
{
    private const string Alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const string Unreserved = Alphanumeric + "-_.!~*'()";

    internal static readonly SearchValues<byte> Token = Of(Alphanumeric + "-.!%*_+`'~");
    internal static readonly SearchValues<byte> Host = Of(Alphanumeric + "-._");

    // '#' is not in the RFC's set, but phones dial with it unescaped.
    internal static readonly SearchValues<byte> User = Of(Unreserved + "&=+$,;?/#");
    internal static readonly SearchValues<byte> Password = Of(Unreserved + "&=+$,");
    internal static readonly SearchValues<byte> UriParameter = Of(Unreserved + "[]/:&+$");
    internal static readonly SearchValues<byte> UriHeader = Of(Unreserved + "[]/?:+$");
    internal static readonly SearchValues<byte> Telephone = Of("0123456789+-.()*#abcdefABCDEFpPwW");
    internal static readonly SearchValues<byte> Scheme = Of(Alphanumeric + "+-.");

    /// <summary>What ends an unquoted parameter value.</summary>
    internal static readonly SearchValues<byte> ValueEnd = Of(";,\"<> \t\r\n");

    /// <summary>What a URI can never contain raw.</summary>
    internal static readonly SearchValues<byte> NotInUri = Of("<>\" \t\r\n\0");

    private static SearchValues<byte> Of(string characters) => SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(characters));

    internal static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExcept(Token) < 0;

    internal static bool IsWhite(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    internal static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    internal static int SkipWhite(ReadOnlySpan<byte> text, int position)
    {
        while ((uint)position < (uint)text.Length && IsWhite(text[position]))
            position++;
        return position;
    }

    internal static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        int start = 0,
            end = text.Length;
        while (start < end && IsWhite(text[start]))
            start++;
        while (end > start && IsWhite(text[end - 1]))
            end--;
        return text[start..end];
    }

    /// <summary>Position after the closing quote of the string that opens at <paramref name="position"/>; -1 when it never closes.</summary>
    internal static int QuotedEnd(ReadOnlySpan<byte> text, int position)
    {
        position++;
        while (position < text.Length)
        {
            int next = text[position..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
                return -1;
            position += next;
            if (text[position] == '"')
                return position + 1;
            position += 2;
        }
        return -1;
    }

    /// <summary>Position of the comma that ends the value starting at <paramref name="position"/>, outside quotes and angle
    /// brackets; the length of the text when there is none.</summary>
    internal static int CommaOrEnd(ReadOnlySpan<byte> text, int position)
    {
        while (position < text.Length)
        {
            WorkCount.Add();
            int next = text[position..].IndexOfAny((byte)',', (byte)'"', (byte)'<');
            if (next < 0)
                return text.Length;
            position += next;
            if (text[position] == ',')
                return position;
            if (text[position] == '"')
            {
                position = QuotedEnd(text, position);
                if (position < 0)
                    return text.Length;
            }
            else
            {
                int close = text[position..].IndexOf((byte)'>');
                if (close < 0)
                    return text.Length;
                position += close + 1;
            }
        }
        return text.Length;
    }

    /// <summary>Digits only, at least one; false when the number does not fit.</summary>
    internal static bool TryParseNumber(ReadOnlySpan<byte> text, uint max, out uint value)
    {
        value = 0;
        if (text.IsEmpty)
            return false;
        ulong number = 0;
        foreach (byte digit in text)
        {
            if (!IsDigit(digit))
                return false;
            number = (number * 10) + (uint)(digit - '0');
            if (number > max)
                return false;
        }
        value = (uint)number;
        return true;
    }

    /// <summary>delta-seconds: saturates at 2^32-1 (RFC 3261 20.19, RFC 4475 3.1.2.4); -1 when there is anything but digits.</summary>
    internal static long ParseSeconds(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return -1;
        long number = 0;
        foreach (byte digit in text)
        {
            if (!IsDigit(digit))
                return -1;
            number = Math.Min((number * 10) + (digit - '0'), uint.MaxValue);
        }
        return number;
    }

    /// <summary>Only characters of the class, and '%' followed by two hexadecimal digits.</summary>
    internal static bool IsEscaped(ReadOnlySpan<byte> text, SearchValues<byte> allowed)
    {
        while (true)
        {
            int other = text.IndexOfAnyExcept(allowed);
            if (other < 0)
                return true;
            if (
                text[other] != '%'
                || other + 2 >= text.Length
                || !char.IsAsciiHexDigit((char)text[other + 1])
                || !char.IsAsciiHexDigit((char)text[other + 2])
            )
                return false;
            text = text[(other + 3)..];
        }
    }
}
