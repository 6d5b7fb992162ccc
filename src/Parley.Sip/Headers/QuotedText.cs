using System.Text;

namespace Parley.Sip;

/// <summary>Quoted strings (RFC 3261 25.1) as text.</summary>
internal static class QuotedText
{
    /// <summary>The text without its quotes, <c>\x</c> as x and a fold as one space; text without quotes as it is, unfolded. Bytes are read as UTF-8.</summary>
    internal static string ToText(ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> inner = Parameter.Unquote(value);
        bool isQuoted = inner.Length != value.Length;
        if (!SipText.IsFolded(inner) && !(isQuoted && inner.Contains((byte)'\\')))
            return Encoding.UTF8.GetString(inner);
        Span<byte> plain = inner.Length <= 512 ? stackalloc byte[inner.Length] : new byte[inner.Length];
        int length = SipText.Unfold(inner, plain);
        return Encoding.UTF8.GetString(plain[..(isQuoted ? Unescape(plain[..length]) : length)]);
    }

    private static int Unescape(Span<byte> text)
    {
        int written = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            text[written++] = text[i];
        }
        return written;
    }
}
