using System.Globalization;
using System.Text;

namespace Parley.Hosting;

/// <summary>Text for one line of a log: what came from the network can neither end the line nor steer the terminal that shows it.</summary>
internal static class LogText
{
    /// <summary>Appends the text; control characters, line and paragraph separators, marks of direction and half surrogates as \n, \r, \t or \uXXXX.</summary>
    public static void Append(StringBuilder line, ReadOnlySpan<char> text)
    {
        int from = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is >= ' ' and < '\u007f')
                continue;
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
                continue;
            }

            if (!MustEscape(c))
                continue;
            line.Append(text[from..i]);
            from = i + 1;
            switch (c)
            {
                case '\n':
                    line.Append("\\n");
                    break;
                case '\r':
                    line.Append("\\r");
                    break;
                case '\t':
                    line.Append("\\t");
                    break;
                default:
                    line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
                    break;
            }
        }

        line.Append(text[from..]);
    }

    /// <summary>As <see cref="Append"/>, but line ends become a space: the lines of a stack trace on one.</summary>
    public static void AppendOnOneLine(StringBuilder line, ReadOnlySpan<char> text)
    {
        bool first = true;
        foreach (ReadOnlySpan<char> part in text.EnumerateLines())
        {
            if (!first)
                line.Append(' ');
            first = false;
            Append(line, part);
        }
    }

    // C0, DEL, C1; U+2028 and U+2029; the marks that turn the direction of what follows; surrogates that are not a pair.
    internal static bool MustEscape(char c) =>
        c
            is < ' '
                or (>= '\u007f' and < '\u00a0')
                or '\u061c'
                or (>= '\u200e' and <= '\u200f')
                or (>= '\u2028' and <= '\u202e')
                or (>= '\u2066' and <= '\u2069')
                or (>= '\ud800' and <= '\udfff')
                or '\ufeff';
}
