using System.Globalization;
using System.Text;

namespace Parley.Sql;

/// <summary>Texts of call records as a column takes them. A record must never stop the writer, so what a column cannot hold is written another way, whole.</summary>
internal static class SqlCallRecordText
{
    /// <summary>A text that the column takes: NUL, halves of surrogate pairs and, where the character set is not Unicode, what is beyond it stand as <c>\uXXXX</c>.</summary>
    public static string Fit(string text, SqlTextRoom room)
    {
        if (room.HighestRune == 0x10ffff ? IsPlain(text) : Ascii.IsValid(text) && !text.Contains('\0', StringComparison.Ordinal))
            return text;
        var fitting = new StringBuilder(text.Length + 16);
        Span<char> units = stackalloc char[2];
        for (int i = 0; i < text.Length; )
        {
            bool isRune = Rune.TryGetRuneAt(text, i, out Rune rune);
            int length = isRune ? rune.EncodeToUtf16(units) : 1;
            if (isRune && rune.Value != 0 && rune.Value <= room.HighestRune)
                fitting.Append(units[..length]);
            else
                for (int unit = i; unit < i + length; unit++)
                    fitting.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[unit]:x4}");
            i += length;
        }

        return fitting.ToString();
    }

    /// <summary>Without NUL, and every surrogate in its pair.</summary>
    private static bool IsPlain(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || char.IsLowSurrogate(text[i]))
                return false;
            if (!char.IsHighSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return false;
            i++;
        }

        return true;
    }
}
