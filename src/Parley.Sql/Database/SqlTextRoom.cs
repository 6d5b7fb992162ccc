using System.Text;
using System.Text.Unicode;

namespace Parley.Sql;

/// <summary>Which texts a column keeps whole. Asked before a write, for a database may cut what does not fit, or refuse the whole statement.</summary>
/// <param name="Characters">The most characters; int.MaxValue: no bound.</param>
/// <param name="Bytes">The most bytes of UTF-8; int.MaxValue: no bound.</param>
/// <param name="HighestRune">The highest code point that its character set has: 0x7f, 0xffff, 0x10ffff.</param>
/// <param name="KeepsTrailingSpaces">False for CHAR of MySQL, which gives them back cut.</param>
internal readonly record struct SqlTextRoom(int Characters, int Bytes, int HighestRune, bool KeepsTrailingSpaces)
{
    public static SqlTextRoom Unbounded { get; } = new(int.MaxValue, int.MaxValue, 0x10ffff, true);

    /// <summary>Whether a text of UTF-8 comes back as it is. NUL and what is no UTF-8 never does.</summary>
    public bool Takes(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return true;
        if (text.Length > Bytes || text.Contains((byte)0) || (!KeepsTrailingSpaces && text[^1] == ' '))
            return false;
        if (Ascii.IsValid(text))
            return text.Length <= Characters;
        return HighestRune > 0x7f && Utf8.IsValid(text) && TakesRunes(text);
    }

    private bool TakesRunes(ReadOnlySpan<byte> text)
    {
        int count = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out Rune rune, out int length);
            if (rune.Value > HighestRune)
                return false;
            count++;
            text = text[length..];
        }

        return count <= Characters;
    }
}
