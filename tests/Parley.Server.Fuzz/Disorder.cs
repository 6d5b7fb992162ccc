using System.Globalization;

namespace Parley.Server.Fuzz;

/// <summary>Makes a right message wrong in what it says: numbers, tags, branches, routes, lines that are missing, twice or elsewhere.</summary>
internal sealed class Disorder(Random random, int serverPort)
{
    private static readonly string[] Numbers =
    [
        "0",
        "1",
        "2",
        "70",
        "255",
        "256",
        "65536",
        "2147483647",
        "2147483648",
        "4294967295",
        "4294967296",
        "99999999999999999999",
        "-1",
        "x",
        "",
    ];
    private static readonly string[] Methods =
    [
        "INVITE",
        "ACK",
        "BYE",
        "CANCEL",
        "REGISTER",
        "OPTIONS",
        "PRACK",
        "UPDATE",
        "SUBSCRIBE",
        "FOO",
        "invite",
    ];
    private static readonly string[] More =
    [
        "Require: 100rel",
        "Require: x",
        "Proxy-Require: x",
        "Supported: 100rel, timer, path, outbound, gruu",
        "RSeq: 1",
        "RAck: 1 1 INVITE",
        "Expires: 0",
        "Expires: 4294967296",
        "Max-Forwards: 0",
        "Contact: *",
        "Contact: <sip:a@0.0.0.0>",
        "Contact: <sips:a@127.0.0.1>",
        "Contact: <tel:+123>",
        "Contact: \"",
        "Reason: SIP;cause=200, Q.850;cause=16",
        "Session-Expires: 90;refresher=uac",
        "Replaces: c1;to-tag=a;from-tag=b",
        "Via: x",
        "Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKx;maddr=127.0.0.1;ttl=1",
        "Route: <sip:127.0.0.1;lr>",
        "Route: <sip:127.0.0.1>",
        "Route: <tel:1>",
        "Record-Route: <sip:127.0.0.1;lr>",
        "Path: <sip:127.0.0.1;lr>",
        "To: <sip:b@b>;tag=x",
        "From: <sip:a@a>;tag=x",
        "Call-ID: other",
        "CSeq: 1 FOO",
        "Content-Length: 9",
        "Content-Type: x",
        "Subject: a\r\n b\r\n\tc",
        "Warning: 399 a \"",
        "Authorization: Digest a",
        "Timestamp: 1",
        "Event: x",
        "Accept: */*",
        ":",
        "X",
        "X :y",
        "k: 100rel",
        "i: x",
        "v: SIP/2.0/UDP 127.0.0.1",
    ];

    private readonly List<string> _tags = ["x", "", "t0", "t1"],
        _branches = ["", "z9hG4bK", "1", "z9hG4bKx"],
        _callIds = ["x", ""];

    public string Apply(string message)
    {
        Remember(message);
        for (int rounds = 1 + random.Next(3); rounds > 0; rounds--)
            message = Once(message);
        return message;
    }

    private string Once(string message) =>
        random.Next(16) switch
        {
            0 => Parameter(message, ";tag=", Any(_tags)),
            1 => Parameter(message, ";branch=", Any(_branches)),
            2 => Header(message, "Call-ID", Any(_callIds)),
            3 => Header(message, "CSeq", $"{Any(Numbers)} {Any(Methods)}"),
            4 => Header(message, "CSeq", $"{Any(Numbers)} {SipLines.Method(message)}"),
            5 => Header(message, "Max-Forwards", Any(Numbers)),
            6 => Header(message, "Content-Length", Any(Numbers)),
            7 => Lines(message, static (lines, at, _) => lines.RemoveAt(at)),
            8 => Lines(message, static (lines, at, to) => lines.Insert(to, lines[at])),
            9 => Lines(message, static (lines, at, to) => (lines[at], lines[to]) = (lines[to], lines[at])),
            10 => Lines(message, (lines, _, to) => lines.Insert(to, Any(More))),
            11 => SipLines.IsResponse(message)
                ? message
                : Any(Methods) + message[Math.Max(0, message.IndexOf(' ', StringComparison.Ordinal))..],
            12 => Lines(
                message,
                (lines, _, to) =>
                    lines.Insert(
                        to,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"Route: {string.Join(", ", Enumerable.Repeat($"<sip:127.0.0.1:{serverPort};lr{(random.Next(2) == 0 ? $";did={random.Next(4096):x}.{random.Next(99):x}" : "")}>", 1 + random.Next(4)))}"
                        )
                    )
            ),
            13 => SipLines.IsResponse(message)
                ? message
                : Target(
                    message,
                    random.Next(5) switch
                    {
                        0 => $"sip:127.0.0.1:{serverPort}",
                        1 => $"sip:127.0.0.1:{serverPort};lr",
                        2 => "tel:1",
                        3 => "sip:@",
                        _ => $"sip:x@127.0.0.1:{serverPort};transport=tcp",
                    }
                ),
            14 => message.Replace("SIP/2.0/UDP", random.Next(2) == 0 ? "SIP/2.0/TCP" : "SIP/2.0/X", StringComparison.Ordinal),
            _ => Lines(message, (lines, at, _) => lines[at] += new string('x', random.Next(9_000))),
        };

    private static string Target(string message, string uri)
    {
        string[] parts = message.Split(' ', 3);
        return parts.Length < 3 ? message : $"{parts[0]} {uri} {parts[2]}";
    }

    private static string Parameter(string message, string name, string value)
    {
        int at = message.IndexOf(name, StringComparison.Ordinal);
        if (at < 0)
            return message;
        int start = at + name.Length,
            end = message.AsSpan(start).IndexOfAny(";\r\n>,");
        return end < 0 ? message : message[..start] + value + message[(start + end)..];
    }

    private static string Header(string message, string name, string value)
    {
        int at = message.IndexOf($"\r\n{name}:", StringComparison.Ordinal);
        if (at < 0)
            return message;
        int start = at + name.Length + 3,
            end = message.IndexOf("\r\n", start, StringComparison.Ordinal);
        return end < 0 ? message : $"{message[..start]} {value}{message[end..]}";
    }

    private string Lines(string message, Action<List<string>, int, int> change)
    {
        int end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return message;
        List<string> lines = [.. message[..end].Split("\r\n")];
        if (lines.Count < 3)
            return message;
        change(lines, 1 + random.Next(lines.Count - 1), 1 + random.Next(lines.Count - 1));
        return string.Join("\r\n", lines) + message[end..];
    }

    private void Remember(string message)
    {
        Keep(_callIds, SipLines.Value(message, "Call-ID"));
        foreach (string header in new[] { "From", "To", "Via" })
        {
            string value = SipLines.Value(message, header);
            (List<string> into, string name) = header == "Via" ? (_branches, ";branch=") : (_tags, ";tag=");
            int at = value.IndexOf(name, StringComparison.Ordinal);
            if (at >= 0)
                Keep(into, value[(at + name.Length)..].Split(';')[0]);
        }
    }

    private void Keep(List<string> list, string one)
    {
        if (list.Count < 64)
            list.Add(one);
        else
            list[random.Next(64)] = one;
    }

    private T Any<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];
}
