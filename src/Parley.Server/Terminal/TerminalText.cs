using System.Globalization;
using System.Text;

namespace Parley.Server.Terminal;

/// <summary>Words and numbers as a terminal shows them.</summary>
internal static class TerminalText
{
    /// <summary>Without what would steer the terminal or turn the line: control characters and marks of direction. They come from strangers' headers.</summary>
    public static string Clean(string text)
    {
        foreach (var c in text)
        {
            if (IsUnfit(c))
                return Replaced(text);
        }
        return text;
    }

    /// <summary>A span in its two largest units: <c>1h02m</c>, <c>3m05s</c>, <c>12s</c>, <c>250ms</c>.</summary>
    public static string Span(long milliseconds) =>
        milliseconds switch
        {
            < 1_000 => Invariant($"{Math.Max(milliseconds, 0)}ms"),
            < 60_000 => Invariant($"{milliseconds / 1_000}s"),
            < 3_600_000 => Invariant($"{milliseconds / 60_000}m{milliseconds / 1_000 % 60:00}s"),
            < 86_400_000 => Invariant($"{milliseconds / 3_600_000}h{milliseconds / 60_000 % 60:00}m"),
            _ => Invariant($"{milliseconds / 86_400_000}d{milliseconds / 3_600_000 % 24:00}h"),
        };

    /// <summary>A time of day with milliseconds, UTC.</summary>
    public static string Clock(DateTimeOffset? time) => time is { } t ? Invariant($"{t.UtcDateTime:HH:mm:ss.fff}") : "";

    /// <summary>A date and time, UTC.</summary>
    public static string Date(DateTimeOffset? time) => time is { } t ? Invariant($"{t.UtcDateTime:yyyy-MM-dd HH:mm:ss}") : "";

    /// <summary>A bar of <paramref name="width"/> cells, of which so many are full.</summary>
    public static string Bar(double share, int width)
    {
        var full = (int)Math.Round(Math.Clamp(share, 0, 1) * width);
        return new string('█', full) + new string('░', width - full);
    }

    /// <summary>At most so many characters; what is cut off is an ellipsis.</summary>
    public static string Cut(string text, int width) =>
        text.Length <= width ? text
        : width <= 1 ? text[..Math.Max(width, 0)]
        : text[..(width - 1)] + "…";

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static bool IsUnfit(char c) =>
        char.IsControl(c)
        || c is '\u2028' or '\u2029' or '\u200E' or '\u200F' or '\u061C' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static string Replaced(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
            clean.Append(IsUnfit(c) ? '·' : c);
        return clean.ToString();
    }
}
