using System.Globalization;
using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>Makes a request of text that a person pasted: ends of lines, and the header fields that RFC 3261 8.1.1 demands.</summary>
internal static class PastedRequest
{
    private const int MaxLength = 64 * 1024;

    /// <exception cref="ArgumentException">It is no SIP request, or longer than 64 KB.</exception>
    public static byte[] Complete(string text, SipProtocol protocol, SipEndPoint source)
    {
        if (text.Length > MaxLength)
            throw new ArgumentException("A request is at most 64 KB long.", nameof(text));
        string lines = text.TrimStart().ReplaceLineEndings("\n");
        int end = lines.IndexOf("\n\n", StringComparison.Ordinal);
        string head = (end < 0 ? lines : lines[..end]).TrimEnd();
        string body = end < 0 ? "" : lines[(end + 2)..].ReplaceLineEndings("\r\n");
        string first = head.Split('\n')[0].Trim();
        string[] words = first.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 3 || words[2] != "SIP/2.0" || words[0] == "SIP/2.0")
            throw new ArgumentException($"The first line is no request line such as 'INVITE sip:bob@example.com SIP/2.0'.", nameof(text));
        var request = new StringBuilder(first).Append("\r\n");
        string via = Encoding.ASCII.GetString(protocol.ViaText());
        AddIfMissing(request, head, "Via", "v", $"SIP/2.0/{via} {source};branch=z9hG4bK-explain;rport");
        AddIfMissing(request, head, "Max-Forwards", null, "70");
        AddIfMissing(request, head, "From", "f", $"<sip:{source}>;tag=explain");
        AddIfMissing(request, head, "To", "t", $"<{words[1]}>");
        AddIfMissing(request, head, "Call-ID", "i", $"explain@{source}");
        AddIfMissing(request, head, "CSeq", null, $"1 {words[0]}");
        if (words[0] is "INVITE" or "SUBSCRIBE" or "REFER")
            AddIfMissing(request, head, "Contact", "m", $"<sip:{source}>");
        foreach (string line in head.Split('\n').Skip(1))
        {
            // What was counted before the paste need not be true any more.
            if (!IsNamed(line, "Content-Length", "l") && line.Trim().Length > 0)
                request.Append(line.TrimEnd()).Append("\r\n");
        }

        request.Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n").Append(body);
        byte[] bytes = Encoding.UTF8.GetBytes(request.ToString());
        return SipMessage.TryParse(bytes, out SipMessage? message) && message.IsRequest
            ? bytes
            : throw new ArgumentException("The text cannot be read as a SIP request.", nameof(text));
    }

    private static void AddIfMissing(StringBuilder request, string head, string name, string? compact, string value)
    {
        foreach (string line in head.Split('\n').Skip(1))
        {
            if (IsNamed(line, name, compact))
                return;
        }

        request.Append(name).Append(": ").Append(value).Append("\r\n");
    }

    private static bool IsNamed(string line, string name, string? compact)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
            return false;
        string key = line[..colon].Trim();
        return key.Equals(name, StringComparison.OrdinalIgnoreCase)
            || (compact is not null && key.Equals(compact, StringComparison.OrdinalIgnoreCase));
    }
}
