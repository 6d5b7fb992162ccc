using System.Text;
using Parley.Sip;

namespace Parley.Testing;

/// <summary>
/// Compares a message as recorded with the one that the replay sent. What differs by nature is passed over, and learned: branches, tags of ours, the keyed
/// parameters of our Record-Route, nonces; Date, Server and Max-Breadth are not looked at.
/// </summary>
internal static class MessageComparison
{
    private static readonly string[] Ignored = ["DATE", "SERVER", "MAX-BREADTH"];

    /// <summary>Parameters whose values this element makes by chance or key.</summary>
    private static readonly string[] Natural = ["BRANCH", "TAG", "NONCE", "OPAQUE", "DID", "SIG", "BACK", "RPORT"];

    /// <summary>In our own Routes every parameter may be one of the application's, keyed or by chance.</summary>
    private static readonly string[] RouteHeaders = ["RECORD-ROUTE", "ROUTE"];

    /// <summary>Shorter values are words (<c>on</c>, <c>udp</c>), not made by chance.</summary>
    private const int LeastToken = 6;

    /// <summary>What differs first; null when nothing does.</summary>
    /// <param name="recorded">The recorded message, with the tokens of the replay as far as they are known.</param>
    /// <param name="isWhole">Whether all of it was recorded.</param>
    /// <param name="replayed">The message that was sent.</param>
    /// <param name="tokens">Learns what differs by nature.</param>
    public static string? Difference(SipMessage recorded, bool isWhole, SipMessage replayed, ReplayTokens tokens)
    {
        string first = Line(recorded);
        string second = Line(replayed);
        if (first != second)
            return $"first line: recorded \"{first}\", now \"{second}\"";
        List<(string Name, string Value)> left = HeadersOf(recorded);
        List<(string Name, string Value)> right = HeadersOf(replayed);
        if (Names(left, right) is { } names)
            return names;
        for (int i = 0; i < left.Count; i++)
        {
            if (Value(left[i].Name, left[i].Value, right[i].Value, tokens) is { } value)
                return value;
        }

        return isWhole ? Body(recorded.Body, replayed.Body) : null;
    }

    private static string? Names(List<(string Name, string Value)> left, List<(string Name, string Value)> right)
    {
        for (int i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            string? a = i < left.Count ? left[i].Name : null;
            string? b = i < right.Count ? right[i].Name : null;
            if (string.Equals(a, b, StringComparison.OrdinalIgnoreCase))
                continue;
            int times = left.Count(h => h.Name.Equals(a, StringComparison.OrdinalIgnoreCase));
            int now = right.Count(h => h.Name.Equals(a, StringComparison.OrdinalIgnoreCase));
            if (a is not null && times > now)
                return $"header {a}: recorded \"{left[i].Value}\", now {(now == 0 ? "missing" : "one less")}";
            if (b is not null && left.Count < right.Count)
                return $"header {b}: not recorded, now \"{right[i].Value}\"";
            return $"order of headers: recorded {a}, now {b}";
        }

        return null;
    }

    private static string? Value(string name, string recorded, string replayed, ReplayTokens tokens)
    {
        if (recorded == replayed)
            return null;
        string difference = $"header {name}: recorded \"{recorded}\", now \"{replayed}\"";
        List<string> left = Pieces(recorded);
        List<string> right = Pieces(replayed);
        if (left.Count != right.Count)
            return difference;
        var learned = new List<(string, string)>();
        bool isRoute = RouteHeaders.Contains(name.ToUpperInvariant());
        for (int i = 0; i < left.Count; i++)
        {
            if (left[i] == right[i])
                continue;
            // "tag", "=", value; a quote may stand before the value.
            int equals = i > 0 && left[i - 1] == "\"" ? i - 2 : i - 1;
            bool isParameter = equals >= 1 && left[equals] == "=" && right[equals] == "=" && left[equals - 1] == right[equals - 1];
            string parameter = isParameter ? left[equals - 1].ToUpperInvariant() : "";
            bool isNatural = isParameter && (Natural.Contains(parameter) || (isRoute && left[i].Length >= LeastToken));
            if (!isNatural)
                return difference;
            learned.Add((left[i], right[i]));
        }

        foreach ((string a, string b) in learned)
            tokens.Learn(a, b);
        return null;
    }

    private static string? Body(ReadOnlySpan<byte> recorded, ReadOnlySpan<byte> replayed)
    {
        if (recorded.SequenceEqual(replayed))
            return null;
        int at = recorded.CommonPrefixLength(replayed);
        int line = recorded[..at].Count((byte)'\n') + 1;
        return $"body: differs in line {line} (recorded {recorded.Length} bytes, now {replayed.Length})";
    }

    private static List<(string Name, string Value)> HeadersOf(SipMessage message)
    {
        var headers = new List<(string, string)>(message.HeaderCount);
        for (int i = 0; i < message.HeaderCount; i++)
        {
            SipHeader header = message.HeaderAt(i);
            ReadOnlySpan<byte> known = header.Name == SipHeaderName.Other ? message.NameOf(header) : SipText.Header(header.Name);
            string name = Encoding.Latin1.GetString(known);
            if (!Ignored.Contains(name.ToUpperInvariant()))
                headers.Add((name, SipText.ToLine(message.ValueOf(header))));
        }

        return headers;
    }

    private static string Line(SipMessage message)
    {
        ReadOnlySpan<byte> bytes = message.Bytes;
        int end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    /// <summary>Words and the marks between them, each mark for itself.</summary>
    private static List<string> Pieces(string value)
    {
        var pieces = new List<string>();
        int start = 0;
        for (int i = 0; i <= value.Length; i++)
        {
            bool isMark = i < value.Length && (value[i] is ';' or ',' or '=' or '<' or '>' or '"' or ' ' or '\t');
            // The padding of a base64 value belongs to it.
            if (isMark && value[i] == '=' && (i + 1 == value.Length || value[i + 1] is '"' or '=' or ',' or ';' or '>'))
                isMark = false;
            if (i < value.Length && !isMark)
                continue;
            if (i > start)
                pieces.Add(value[start..i]);
            if (i < value.Length)
                pieces.Add(value[i].ToString());
            start = i + 1;
        }

        return pieces;
    }
}
