namespace Parley.Management;

/// <summary>Texts of others in lines of the log.</summary>
internal static class LogText
{
    private const int Longest = 512;

    /// <summary>Without control characters, cut at a length.</summary>
    public static string OneLine(string text)
    {
        string cut = text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "...");
        return cut.Any(char.IsControl) ? string.Concat(cut.Select(static c => char.IsControl(c) ? '?' : c)) : cut;
    }
}
