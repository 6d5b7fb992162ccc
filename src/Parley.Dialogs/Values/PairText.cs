using System.Buffers;

namespace Parley.Dialogs;

/// <summary>
/// The text of the columns <c>vars</c> and <c>profiles</c>: <c>name#value|</c> repeated, with a backslash before <c>|</c>, <c>#</c> and
/// <c>\</c> in names and values. Everything else is copied, NUL too.
/// </summary>
internal static class PairText
{
    private static readonly SearchValues<byte> Marks = SearchValues.Create(@"|#\"u8);

    public static void Append(IBufferWriter<byte> text, ReadOnlySpan<byte> name, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> value)
    {
        AppendEscaped(text, name);
        text.Write(suffix);
        text.Write("#"u8);
        AppendEscaped(text, value);
        text.Write("|"u8);
    }

    /// <summary>Takes the next pair off the text; false at its end. What is no pair (nothing before #, no #) is passed over.</summary>
    /// <param name="text">What is left.</param>
    /// <param name="scratch">Room for at least as many bytes as the text has.</param>
    /// <param name="name">The name without escapes, in <paramref name="scratch"/>.</param>
    /// <param name="value">The value without escapes, in <paramref name="scratch"/>.</param>
    public static bool TryRead(ref ReadOnlySpan<byte> text, Span<byte> scratch, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (!text.IsEmpty)
        {
            int written = 0,
                nameLength = -1,
                i = 0;
            for (; i < text.Length && text[i] != '|'; i++)
            {
                if (text[i] == '#' && nameLength < 0)
                    nameLength = written;
                else
                    scratch[written++] = text[i] == '\\' && i + 1 < text.Length ? text[++i] : text[i];
            }

            text = text[Math.Min(i + 1, text.Length)..];
            if (nameLength > 0)
            {
                name = scratch[..nameLength];
                value = scratch[nameLength..written];
                return true;
            }
        }

        name = default;
        value = default;
        return false;
    }

    private static void AppendEscaped(IBufferWriter<byte> text, ReadOnlySpan<byte> part)
    {
        for (int mark; (mark = part.IndexOfAny(Marks)) >= 0; part = part[(mark + 1)..])
        {
            text.Write(part[..mark]);
            text.Write(@"\"u8);
            text.Write(part.Slice(mark, 1));
        }

        text.Write(part);
    }
}
