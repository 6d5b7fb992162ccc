using System.Globalization;
using System.Text;

namespace Parley.Management;

/// <summary>The words of a ladder: what comes from the network is cut and freed of control characters, which a terminal would obey.</summary>
internal static class LadderText
{
    public static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>The text without control characters, nor characters of a direction of their own.</summary>
    public static string Plain(string text)
    {
        if (!text.Any(IsBad))
            return text;
        var plain = new StringBuilder(text.Length);
        foreach (char c in text)
            plain.Append(IsBad(c) ? '?' : c);
        return plain.ToString();
    }

    /// <summary>The first characters, the last of them an ellipsis when something is left out.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
            return text;
        if (length <= 1)
            return length <= 0 ? "" : "…";
        int end = length - 1;
        if (char.IsHighSurrogate(text[end - 1]))
            end--;
        return text[..end] + "…";
    }

    /// <summary>Lines of at most a width, broken at spaces; a longer word is cut into pieces. Nothing for an empty text.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        string rest = Plain(text).Trim();
        while (rest.Length > width)
        {
            int end = rest.LastIndexOf(' ', width);
            if (end <= 0)
                end = char.IsHighSurrogate(rest[width - 1]) ? width - 1 : width;
            yield return rest[..end].TrimEnd();
            rest = rest[end..].TrimStart();
        }

        if (rest.Length > 0)
            yield return rest;
    }

    private static bool IsBad(char c) =>
        char.IsControl(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
