namespace Parley.Server.Fuzz;

/// <summary>Messages as the lines of their text: what a broken party reads and writes without knowing SIP.</summary>
internal static class SipLines
{
    public static string Value(string message, string header) => All(message, header).FirstOrDefault("");

    public static IEnumerable<string> All(string message, string header) =>
        Head(message)
            .Split("\r\n")
            .Skip(1)
            .Where(line => line.StartsWith(header + ":", StringComparison.OrdinalIgnoreCase))
            .Select(line => line[(header.Length + 1)..].Trim());

    public static bool IsResponse(string message) => message.StartsWith("SIP/2.0 ", StringComparison.Ordinal);

    public static int Status(string message) => message.Length > 11 && int.TryParse(message.AsSpan(8, 3), out int status) ? status : 0;

    public static string Method(string message) => IsResponse(message) ? Value(message, "CSeq").Split(' ')[^1] : message.Split(' ', 2)[0];

    /// <summary>What stands between angle brackets; else all of it.</summary>
    public static string Uri(string nameAddress)
    {
        int start = nameAddress.IndexOf('<', StringComparison.Ordinal),
            end = nameAddress.IndexOf('>', StringComparison.Ordinal);
        return start >= 0 && end > start ? nameAddress[(start + 1)..end] : nameAddress;
    }

    private static string Head(string message)
    {
        int end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
