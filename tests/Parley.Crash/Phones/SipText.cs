namespace Parley.Crash.Phones;

/// <summary>A SIP message as text: as much of it as the phones need. The proxy under test has written it, so it is well formed.</summary>
internal sealed class SipText
{
    private readonly string[] _lines;

    public SipText(string text)
    {
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        _lines = (end < 0 ? text : text[..end]).Split("\r\n");
        FirstLine = _lines[0];
        Status = FirstLine.StartsWith("SIP/2.0 ", StringComparison.Ordinal)
            ? int.Parse(FirstLine.AsSpan(8, 3), System.Globalization.CultureInfo.InvariantCulture)
            : 0;
    }

    public string FirstLine { get; }

    /// <summary>0 of a request.</summary>
    public int Status { get; }

    /// <summary>Of a request its method, of a response that of its CSeq.</summary>
    public string Method => this["CSeq"].Split(' ')[1];

    public string CallId => this["Call-ID"];

    public string this[string name] => All(name).FirstOrDefault() ?? "";

    /// <summary>The values of a header, one for each line, those with commas between taken apart (none of the URIs here has a comma).</summary>
    public IEnumerable<string> All(string name) =>
        _lines
            .Skip(1)
            .Where(line =>
                line.StartsWith(name, StringComparison.OrdinalIgnoreCase) && line.Length > name.Length && line[name.Length] == ':'
            )
            .SelectMany(line => line[(name.Length + 1)..].Split(','))
            .Select(static value => value.Trim());

    /// <summary>The lines that a response repeats from its request (RFC 3261 8.2.6.2), and Record-Route (12.1.1).</summary>
    public string ResponseLines(string toTag)
    {
        IEnumerable<string> repeated = _lines
            .Skip(1)
            .Where(static line =>
                line.StartsWith("Via:", StringComparison.OrdinalIgnoreCase)
                || line.StartsWith("From:", StringComparison.OrdinalIgnoreCase)
                || line.StartsWith("To:", StringComparison.OrdinalIgnoreCase)
                || line.StartsWith("Call-ID:", StringComparison.OrdinalIgnoreCase)
                || line.StartsWith("CSeq:", StringComparison.OrdinalIgnoreCase)
                || line.StartsWith("Record-Route:", StringComparison.OrdinalIgnoreCase)
            )
            .Select(line =>
                toTag.Length > 0
                && line.StartsWith("To:", StringComparison.OrdinalIgnoreCase)
                && !line.Contains(";tag=", StringComparison.Ordinal)
                    ? $"{line};tag={toTag}"
                    : line
            );
        return string.Join("\r\n", repeated) + "\r\n";
    }

    /// <summary>The URI between angle brackets.</summary>
    public static string UriOf(string nameAddr)
    {
        int begin = nameAddr.IndexOf('<', StringComparison.Ordinal),
            end = nameAddr.IndexOf('>', StringComparison.Ordinal);
        return begin >= 0 && end > begin ? nameAddr[(begin + 1)..end] : nameAddr;
    }
}
