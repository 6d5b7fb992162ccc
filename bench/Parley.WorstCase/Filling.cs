using System.Globalization;
using System.Text;

namespace Parley.WorstCase;

/// <summary>Header lines that fill a message up to what a datagram and the limits allow, and changes of the lines that a message has anyway.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Apply">Makes the message of the message without it.</param>
internal sealed record Filling(string Name, Func<string, string> Apply)
{
    private const int LineBytes = 8_100,
        MessageBytes = 64_500,
        Lines = 220;

    public static IReadOnlyList<Filling> All { get; } =
    [
        new("nothing", static text => text),
        List("Contact, short", "Contact", static i => $"<sip:{i}@10.2.2.2>"),
        List("Contact, one URI", "Contact", static _ => "<sip:a@10.2.2.2>"),
        List("Contact, hosts of the highest ports", "Contact", static i => $"<sip:a@10.2.2.2:{60_000 - i}>"),
        Parts("Contact, header parameters", "Contact", "<sip:a@10.2.2.2>", static i => $";p{i}=v"),
        Parts("Contact, URI parameters", "Contact", "<sip:a@10.2.2.2", static i => $";p{i}=v", ">"),
        Parts("Contact, URI parameters falling", "Contact", "<sip:a@10.2.2.2", static i => $";p{9999 - i}=v", ">"),
        Parts("Contact, URI headers", "Contact", "<sip:a@10.2.2.2?x=y", static i => $"&h{i}=v", ">"),
        Parts("Contact, escaped user", "Contact", "<sip:", static _ => "%41", "@10.2.2.2>"),
        List("Contact, quoted names", "Contact", static i => $"\"\\\"\\\"\\\"{i}\" <sip:{i}@10.2.2.2>"),
        Alternating(
            "Contact, few with many URI parameters, in turn",
            "Contact",
            static i => $"<sip:a@10.2.2.2{string.Concat(Enumerable.Range(0, 50).Select(p => $";p{(i % 2 == 0 ? p : 49 - p)}=v"))};x={i}>"
        ),
        List("Via", "Via", static i => $"SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK{i}"),
        List("Via, ours", "Via", static i => $"SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{i}"),
        Parts("Via, parameters", "Via", "SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK1", static i => $";p{i}=v"),
        List("Route, ours", "Route", static _ => "<sip:10.0.0.1;lr>"),
        List("Route, ours in pairs", "Route", static _ => "<sip:10.0.0.1;r2=on;lr>"),
        List("Route, others", "Route", static i => $"<sip:10.3.{i % 250}.1;lr>"),
        Parts("Route, parameters", "Route", "<sip:10.0.0.1;lr", static i => $";p{i}=v", ">"),
        List("Route, did in each", "Route", static i => $"<sip:10.0.0.1;lr;did={i:x}.{i:x}>"),
        List("Record-Route", "Record-Route", static i => $"<sip:10.3.{i % 250}.1;lr>"),
        List("Record-Route, ours", "Record-Route", static _ => "<sip:10.0.0.1;lr>"),
        Parts("Record-Route, parameters", "Record-Route", "<sip:10.3.3.3;lr", static i => $";p{i}=v", ">"),
        List("Path", "Path", static i => $"<sip:10.3.{i % 250}.1;lr>", "Supported: path\r\nContact: <sip:a@10.2.2.2>\r\n"),
        List("Require", "Require", static i => $"t{i}"),
        List("Require, known", "Require", static _ => "path"),
        List("Proxy-Require", "Proxy-Require", static i => $"t{i}"),
        List("Supported", "Supported", static i => $"t{i}"),
        List("Supported, outbound", "Supported", static _ => "outbound"),
        List("Reason", "Reason", static i => $"SIP;cause={i % 600};text=\"a\""),
        List("Allow", "Allow", static _ => "INVITE"),
        Parts("Authorization", "Authorization", "Digest a=b", static i => $",p{i}=\"v\""),
        Parts("Subject", "Subject", "", static _ => "word "),
        Parts("folded lines", "Subject", "", static _ => "\r\n a"),
        Parts("blanks", "Subject", "", static _ => "   ", "x"),
        Lined("headers of two bytes", static _ => "a:"),
        Lined("unknown headers", static i => $"X-Header-That-Is-Long-{i}: {new string('v', 250)}"),
        Lined("Call-ID again", static i => $"Call-ID: x{i}"),
        Lined("To again", static i => $"To: <sip:{i}@x>"),
        Lined("Content-Length again", static _ => "Content-Length: 0"),
        Lined("Expires again", static i => $"Expires: {i}"),
        Replaced("From, parameters", "From", static i => $";p{i}=v"),
        Replaced("To, parameters", "To", static i => $";p{i}=v"),
        new(
            "From, name of escapes",
            static text =>
                text.Replace("From: <", $"From: \"{string.Concat(Enumerable.Repeat("\\\\", 3_900))}\" <", StringComparison.Ordinal)
        ),
        new("From, tag", static text => text.Replace(";tag=f", $";tag={new string('f', 7_900)}", StringComparison.Ordinal)),
        new("Call-ID", static text => text.Replace("Call-ID: ", $"Call-ID: {new string('c', 8_000)}", StringComparison.Ordinal)),
        new("branch", static text => text.Replace(";branch=z9hG4bK", $";branch=z9hG4bK{new string('b', 7_900)}", StringComparison.Ordinal)),
        new("CSeq", static text => text.Replace("CSeq: ", $"CSeq: {new string('0', 8_000)}", StringComparison.Ordinal)),
        new(
            "Max-Forwards",
            static text => text.Replace("Max-Forwards: ", $"Max-Forwards: {new string('0', 8_000)}", StringComparison.Ordinal)
        ),
        new("request-URI, parameters", static text => InUri(text, string.Concat(Enumerable.Range(0, 250).Select(static i => $";p{i}=v")))),
        new("request-URI, escaped user", static text => InUri(text, "", string.Concat(Enumerable.Repeat("%41", 640)))),
        new("body", static text => Body(text, new string('x', MessageBytes - text.Length - 60))),
        new(
            "session description",
            static text =>
                Body(
                    text,
                    "v=0\r\no=- 1 1 IN IP4 10.1.1.1\r\ns=-\r\nt=0 0\r\n"
                        + string.Concat(Enumerable.Repeat("m=audio 1 RTP/AVP 0\r\na=x\r\n", 2_300))
                )
        ),
    ];

    private static Filling List(string name, string header, Func<int, string> item, string more = "") =>
        new(
            name,
            text =>
                Insert(
                    text,
                    Fill(
                        text.Length + more.Length,
                        left =>
                        {
                            var line = new StringBuilder(header).Append(": ");
                            int i = 0;
                            return () =>
                            {
                                line.Clear().Append(header).Append(": ");
                                while (true)
                                {
                                    string one = item(i++);
                                    if (line.Length + one.Length + 1 > LineBytes)
                                        break;
                                    line.Append(one).Append(',');
                                }

                                return line.ToString(0, line.Length - 1);
                            };
                        }
                    ) + more
                )
        );

    private static Filling Parts(string name, string header, string start, Func<int, string> part, string end = "") =>
        new(
            name,
            text =>
                Insert(
                    text,
                    Fill(
                        text.Length,
                        left =>
                        {
                            var line = new StringBuilder();
                            return () =>
                            {
                                line.Clear().Append(header).Append(": ").Append(start);
                                for (int i = 0; line.Length + end.Length + 12 < LineBytes; i++)
                                    line.Append(part(i));
                                return line.Append(end).ToString();
                            };
                        }
                    )
                )
        );

    private static Filling Alternating(string name, string header, Func<int, string> value) => Lined(name, i => $"{header}: {value(i)}");

    private static Filling Lined(string name, Func<int, string> line) =>
        new(
            name,
            text =>
                Insert(
                    text,
                    Fill(
                        text.Length,
                        left =>
                        {
                            int i = 0;
                            return () => line(i++);
                        }
                    )
                )
        );

    private static Filling Replaced(string name, string header, Func<int, string> part) =>
        new(
            name,
            text =>
            {
                int at = text.IndexOf($"\r\n{header}: ", StringComparison.Ordinal) + 2,
                    end = text.IndexOf("\r\n", at, StringComparison.Ordinal);
                var more = new StringBuilder();
                for (int i = 0; more.Length < LineBytes - 200; i++)
                    more.Append(part(i));
                return text.Insert(end, more.ToString());
            }
        );

    private static string Fill(int used, Func<int, Func<string>> lines)
    {
        var all = new StringBuilder();
        Func<string> next = lines(used);
        for (int i = 0; i < Lines; i++)
        {
            string line = next();
            if (used + all.Length + line.Length + 2 > MessageBytes)
                break;
            all.Append(line).Append("\r\n");
        }

        return all.ToString();
    }

    /// <summary>Behind the message's own: so its own Via and Route stay the first.</summary>
    private static string Insert(string text, string lines) =>
        text.Replace("Content-Length:", lines + "Content-Length:", StringComparison.Ordinal);

    private static string InUri(string text, string parameters, string user = "")
    {
        int at = text.IndexOf(" SIP/2.0\r\n", StringComparison.Ordinal);
        int start = text.IndexOf("sip:", StringComparison.Ordinal);
        return at < 0 || start > at ? text : text.Insert(at, parameters).Insert(start + 4, user);
    }

    private static string Body(string text, string body) =>
        text.Replace(
            "Content-Length: 0\r\n\r\n",
            string.Create(CultureInfo.InvariantCulture, $"Content-Type: application/sdp\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
            StringComparison.Ordinal
        );
}
