using System.Text;

namespace Parley.Server.Tests.Cost;

/// <summary>Header lines that make the most work for their bytes: many small values, parameters, names and escapes, as many as a datagram holds.</summary>
internal static class WorstHeaders
{
    // Room for the other headers of the message.
    private const int Room = 63_000;
    private const int LongestLine = 8_100;

    public static IEnumerable<(string Name, string Lines)> All()
    {
        foreach (var name in new[] { "Contact", "Route", "Record-Route", "Path", "P-Asserted-Identity", "Service-Route", "Diversion" })
        {
            yield return (name + ", short values", Many(name, _ => "<sip:a>"));
            yield return (name + ", values of us", Many(name, i => $"<sip:10.0.0.9;lr;x={i}>"));
            yield return (name + ", values told apart by a parameter", Many(name, i => $"<sip:a@b;x={i}>"));
            yield return (name + ", values without end", Many(name, _ => "<sip:a"));
            yield return (name + ", values with a quote that never ends", Many(name, _ => "\"<sip:a>"));
            yield return (name + ", header parameters", Lines(name, "<sip:a>", i => $";p{i}"));
            yield return (name + ", URI parameters", Lines(name, "<sip:a@b", i => $";p{i}", ">"));
            yield return (name + ", URI headers", Lines(name, "<sip:a@b?h=1", i => $"&h{i}=1", ">"));
            yield return (name + ", escapes", Lines(name, "<sip:", _ => "%61", "@b>"));
            yield return (name + ", folds", Lines(name, "<sip:a>", _ => "\r\n "));
            yield return (name + ", empty values", Lines(name, "<sip:a>", _ => ","));
        }
        yield return ("Via, short values", Many("Via", _ => "SIP/2.0/UDP a"));
        yield return ("Via, values of us", Many("Via", i => $"SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx.{i:x16}"));
        yield return ("Via, parameters", Lines("Via", "SIP/2.0/UDP a", i => $";p{i}"));
        foreach (
            var name in new[] { "Require", "Proxy-Require", "Supported", "Allow", "Accept", "Unsupported", "Reason", "Subscription-State" }
        )
        {
            yield return (name + ", short values", Many(name, i => $"{(char)('a' + (i % 26))}"));
            yield return (name + ", quotes", Many(name, _ => "\"a\""));
        }
        foreach (var name in new[] { "Authorization", "Proxy-Authorization", "WWW-Authenticate" })
            yield return (name + ", parameters", Lines(name, "Digest a=b", i => $",p{i}=\"\""));
        yield return ("lines of one unknown name", string.Concat(Enumerable.Repeat("X: y\r\n", Room / 6)));
        yield return ("lines of one known name", string.Concat(Enumerable.Repeat("Route: <sip:a;lr>\r\n", 240)));
        yield return ("lines without a colon", string.Concat(Enumerable.Repeat("a\r\n", Room / 3)));
        yield return ("lines with a lone CR", string.Concat(Enumerable.Repeat("a: \r b\r\n", Room / 8)));
        yield return ("lines of Max-Breadth", string.Concat(Enumerable.Repeat("Max-Breadth: 9\r\n", 240)));
        yield return ("lines of Max-Forwards", string.Concat(Enumerable.Repeat("Max-Forwards: 9\r\n", 240)));
        yield return ("lines of Content-Length", string.Concat(Enumerable.Repeat("Content-Length: 0\r\n", 240)));
        yield return ("a session description of many lines", "Content-Type: application/sdp\r\nX-Body: " + new string('x', 8000) + "\r\n");
    }

    private static string Many(string name, Func<int, string> value) => Lines(name, value(0), i => ", " + value(i + 1));

    /// <summary>Lines as long as allowed, each a beginning, as many parts as fit, and an end.</summary>
    private static string Lines(string name, string start, Func<int, string> part, string end = "")
    {
        var text = new StringBuilder();
        while (text.Length < Room - LongestLine)
        {
            var line = new StringBuilder(name).Append(": ").Append(start);
            for (var i = 0; line.Length < LongestLine - 60; i++)
                line.Append(part(i));
            text.Append(line).Append(end).Append("\r\n");
        }
        return text.ToString();
    }
}
