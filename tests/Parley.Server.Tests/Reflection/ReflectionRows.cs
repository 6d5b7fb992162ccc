using System.Globalization;
using Parley.Testing;

namespace Parley.Server.Tests.Reflection;

/// <summary>What a stranger may send in another's name.</summary>
internal static class ReflectionRows
{
    private const string Here = "sip:example.com",
        Nobody = "sip:nobody@example.com",
        Bob = "sip:bob@example.com",
        Abroad = "sip:a@example.net",
        Us = "sip:10.0.0.1";

    public static IReadOnlyList<ReflectionRow> All { get; } =
    [.. Refused(), .. Malformed(), .. Answered(), .. Relayed(), .. Registered(), .. NoRequests()];

    private static IEnumerable<ReflectionRow> Refused()
    {
        foreach (string method in new[] { "INVITE", "OPTIONS", "MESSAGE", "SUBSCRIBE", "PUBLISH", "REFER", "NOTIFY", "INFO", "FOO" })
        {
            yield return new($"{method} 404", s => s.Send(s.Request(method, Nobody)), Expected: "404");
            yield return new($"{method} 403", s => s.Send(s.Request(method, Abroad)), Expected: "403");
        }

        foreach (
            string method in new[] { "INVITE", "BYE", "INFO", "UPDATE", "PRACK", "MESSAGE", "OPTIONS", "SUBSCRIBE", "NOTIFY", "REFER" }
        )
        {
            yield return new(
                $"{method} 481, no such dialog",
                s => s.Send(s.Request(method, Bob, toTag: ";tag=x")),
                Expected: $"481 {method}"
            );
            yield return new(
                $"{method} 481, a Route of ours",
                s => s.Send(s.Request(method, Abroad, $"Route: <{Us};lr>\r\n", toTag: ";tag=x")),
                Expected: $"481 {method}"
            );
        }

        yield return new("CANCEL 481", s => s.Send(s.Request("CANCEL", Bob)), Expected: "481 CANCEL");
        yield return new("ACK of nothing", s => s.Send(s.Request("ACK", Bob, toTag: ";tag=x")));
        yield return new("ACK of nothing, no tag", s => s.Send(s.Request("ACK", Nobody)));
        yield return new(
            "INVITE 403, preloaded Route",
            s => s.Send(s.Request("INVITE", Abroad, $"Route: <{Us};lr>, <sip:10.4.4.4;lr>\r\n")),
            Expected: "403"
        );
        yield return new(
            "INVITE 483",
            s => s.Send(s.Request("INVITE", Nobody).Replace("70\r\n", "0\r\n", StringComparison.Ordinal)),
            Expected: "483"
        );
        yield return new("OPTIONS 483", s => s.Send(s.Request("OPTIONS", Nobody).Replace("70\r\n", "0\r\n", StringComparison.Ordinal)));
        yield return new("INVITE 420", s => s.Send(s.Request("INVITE", Bob, "Proxy-Require: a\r\n")), Expected: "420");
        yield return new("REGISTER 420", s => s.Send(s.Request("REGISTER", Here, "Require: a\r\n")), Expected: "420");
        yield return new("INVITE 416", s => s.Send(s.Request("INVITE", "http://a")), Expected: "416");
        yield return new(
            "REGISTER 405",
            s => s.Send(s.Request("REGISTER", Here)),
            Expected: "405",
            Settings: """{ "Domains": [ "example.com" ], "Registrar": { "Enabled": false } }"""
        );
        yield return new(
            "INVITE 503, draining",
            s =>
            {
                s.Server.Application.StartDraining();
                s.Send(s.Request("INVITE", Nobody));
            },
            Expected: "503"
        );
        yield return new(
            "INVITE on two branches",
            s =>
            {
                string first = s.Request("INVITE", Nobody);
                s.Send(first);
                s.Send(first.Replace("z9hG4bK", "z9hG4bKb", StringComparison.Ordinal));
            },
            Expected: "INVITE"
        );
        yield return new(
            "INVITE 404, sent three times",
            s =>
            {
                string request = s.Request("INVITE", Nobody);
                for (int i = 0; i < 3; i++)
                    s.Send(request);
            },
            Expected: "404"
        );
        yield return new(
            "INVITE 404, 20 Vias and Route headers",
            s =>
                s.Send(
                    s.Request(
                        "INVITE",
                        Nobody,
                        string.Concat(
                            Enumerable
                                .Range(0, 20)
                                .Select(static i => $"Via: SIP/2.0/UDP 10.1.1.{i};branch=z9hG4bKv\r\nRecord-Route: <sip:10.1.1.{i};lr>\r\n")
                        )
                    )
                ),
            Expected: "404"
        );
    }

    private static IEnumerable<ReflectionRow> Malformed()
    {
        (string What, string From, string To)[] faults =
        [
            ("CSeq", "CSeq: 1 INVITE", "CSeq: x"),
            ("CSeq of another method", "CSeq: 1 INVITE", "CSeq: 1 BYE"),
            ("Max-Forwards", "Max-Forwards: 70", "Max-Forwards: x"),
            ("no Max-Forwards", "Max-Forwards: 70\r\n", ""),
            ("From", "From: <sip:a@example.com>", "From: <sip:a@example.com"),
            ("To", "To: <", "To: "),
            ("two To", "CSeq:", "To: <sip:b@b>\r\nCSeq:"),
            ("Content-Length", "Content-Length: 0", "Content-Length: 9"),
            ("Contact", "Content-Length", "Contact: ;;\r\nContent-Length"),
            ("Route", "Content-Length", "Route: ;;\r\nContent-Length"),
            ("version", " SIP/2.0\r\nVia", " SIP/7.0\r\nVia"),
            ("request-URI", "INVITE sip:", "INVITE <sip:"),
            ("no Via's branch", ";branch=z9hG4bK", ";branch="),
            ("Require", "Content-Length", "Require: ,\r\nContent-Length"),
        ];
        foreach ((string what, string from, string to) in faults)
            yield return new($"INVITE 400, {what}", s => s.Send(s.Request("INVITE", Nobody).Replace(from, to, StringComparison.Ordinal)));
        yield return new("INVITE 414", s => s.Send(s.Request("INVITE", $"sip:{new string('a', 6000)}@example.com")));
        yield return new(
            "INVITE 513",
            s =>
                s.Send(
                    s.Request("INVITE", Nobody)
                        .Replace(
                            "Content-Length: 0\r\n\r\n",
                            $"Content-Length: 60000\r\n\r\n{new string('x', 60_000)}",
                            StringComparison.Ordinal
                        )
                )
        );
        yield return new(
            "INVITE, 600 headers",
            s => s.Send(s.Request("INVITE", Nobody, string.Concat(Enumerable.Repeat("X: y\r\n", 600))))
        );
    }

    private static IEnumerable<ReflectionRow> Answered()
    {
        yield return new("OPTIONS 200", s => s.Send(s.Request("OPTIONS", Us)), Expected: "200 OPTIONS");
        yield return new("REGISTER query, no contact", s => s.Send(s.Request("REGISTER", Here)), Expected: "200 REGISTER");
        yield return new("REGISTER 400, star", s => s.Send(s.Request("REGISTER", Here, "Contact: *\r\n")), Expected: "400 REGISTER");
        yield return new(
            "REGISTER 423",
            s => s.Send(s.Request("REGISTER", Here, "Contact: <sip:a@10.9.9.9>;expires=1\r\n")),
            Expected: "REGISTER"
        );
        yield return new(
            "REGISTER of a contact",
            s => s.Send(s.Request("REGISTER", Here, "Contact: <sip:a@10.9.9.9>\r\n")),
            Expected: "REGISTER"
        );
        yield return new(
            "REGISTER of ten contacts",
            s =>
                s.Send(
                    s.Request(
                        "REGISTER",
                        Here,
                        string.Concat(Enumerable.Range(0, 10).Select(static i => $"Contact: <sip:{i}@10.9.9.9>\r\n"))
                    )
                ),
            Expected: "REGISTER"
        );
        yield return new(
            "REGISTER of 1,000 contacts",
            s =>
                s.Send(
                    s.Request(
                        "REGISTER",
                        Here,
                        $"Contact: {string.Join(',', Enumerable.Range(0, 1000).Select(static i => $"<sip:{i}@10.9.9.9>"))}\r\n"
                    )
                ),
            Expected: "REGISTER"
        );
    }

    private static IEnumerable<ReflectionRow> Relayed()
    {
        // What the callee says to a stranger's call is his, and is relayed; the repetitions are the transaction's.
        yield return new(
            "INVITE to a phone that rings",
            s =>
            {
                Phone(s, static call => call.Ring());
                s.Send(Call(s));
            },
            4,
            "RFC 3261 16.2 (100) and 16.7 (180)",
            "180"
        );
        yield return new(
            "INVITE to a phone that is busy",
            s =>
            {
                Phone(s, static call => call.Reject(486));
                s.Send(Call(s));
            },
            16,
            "RFC 3261 17.2.1, timer G: a final response until its ACK",
            "486"
        );
        yield return new(
            "INVITE to a phone that answers",
            s =>
            {
                Phone(s, static call => call.Answer());
                s.Send(Call(s));
            },
            40,
            "RFC 3261 13.3.1.4: the phone's 2xx until its ACK, and its BYE then",
            "200 INVITE"
        );
        yield return new(
            "INVITE to a phone that is gone",
            s =>
            {
                Phone(s, null);
                s.Send(Call(s));
            },
            18,
            "RFC 3261 16.2 (100), 17.2.1 (timer G)",
            "408",
            Seconds: 80
        );
        yield return new(
            "MESSAGE to a phone",
            s =>
            {
                Phone(s, static _ => { });
                s.Send(s.Request("MESSAGE", Bob));
            },
            Expected: "200 MESSAGE"
        );
        yield return new(
            "MESSAGE to a phone that is gone",
            s =>
            {
                Phone(s, null);
                s.Send(s.Request("MESSAGE", Bob));
            },
            Seconds: 80
        );
        yield return new(
            "OPTIONS to a phone that is gone",
            s =>
            {
                Phone(s, null);
                s.Send(s.Request("OPTIONS", Bob));
            },
            Seconds: 80
        );
    }

    private static IEnumerable<ReflectionRow> Registered()
    {
        // Who may register may fill what belongs to a name; then the victim's name asks for it, or the victim is the contact.
        yield return new(
            "REGISTER query of ten contacts, as long as they may be",
            static s =>
            {
                Fill(
                    s,
                    static length =>
                        string.Concat(
                            Enumerable
                                .Range(0, 10)
                                .Select(i =>
                                    string.Create(CultureInfo.InvariantCulture, $"Contact: <sip:{i}{new string('u', length)}@10.2.2.2>\r\n")
                                )
                        )
                );
                s.Send(s.Request("REGISTER", Here, to: "sip:a@example.com"));
            },
            16,
            "RFC 3261 10.3 step 8: all current bindings; ten of 255 bytes",
            "200 REGISTER"
        );
        yield return new(
            "INVITE to a contact at the victim",
            static s =>
            {
                Fill(s, static _ => $"Contact: <sip:v@{ForgedSource.Victim}>\r\n");
                SendAs(s, "INVITE");
            },
            18,
            "RFC 3261 17.1.1.2, timer A: seven times, with our Via and Record-Route",
            "INVITE"
        );
        yield return new(
            "INVITE to a contact at the victim, a Path as long as it may be",
            static s =>
            {
                Fill(
                    s,
                    static length =>
                        string.Concat(
                            Enumerable
                                .Range(0, length < 100 ? 1 : 4)
                                .Select(i =>
                                    string.Create(
                                        CultureInfo.InvariantCulture,
                                        $"Path: <sip:{i}{new string('p', length)}@{ForgedSource.Victim};lr>\r\n"
                                    )
                                )
                        ) + $"Supported: path\r\nContact: <sip:v@{ForgedSource.Victim}>\r\n"
                );
                SendAs(s, "INVITE");
            },
            60,
            "RFC 3261 17.1.1.2, timer A: seven times, with a Path of RFC 3327",
            "INVITE"
        );
        yield return new(
            "MESSAGE to a contact at the victim",
            static s =>
            {
                Fill(s, static _ => $"Contact: <sip:v@{ForgedSource.Victim}>\r\n");
                SendAs(s, "MESSAGE");
            },
            18,
            "RFC 3261 17.1.2.2, timer E: eleven times, with our Via",
            "MESSAGE"
        );
    }

    private static IEnumerable<ReflectionRow> NoRequests()
    {
        yield return new("keep-alive", static s => s.Send("\r\n\r\n"));
        yield return new("STUN binding request", static s => s.Send(Convert.FromHexString("000100002112A442000102030405060708090A0B")));
        yield return new("no SIP at all", static s => s.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
        foreach (string status in new[] { "180 Ringing", "200 OK", "404 Not Found" })
            yield return new(
                $"a {status[..3]} that answers nothing, our Via and the victim's",
                s =>
                    s.Send(
                        s.Numbered(
                            $"SIP/2.0 {status}\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx\r\nVia: SIP/2.0/UDP {ForgedSource.Victim};branch=z9hG4bK@\r\nFrom: <sip:a@a>;tag=f\r\nTo: <sip:b@b>;tag=t\r\nCall-ID: c@\r\nCSeq: 1 INVITE\r\nContact: <sip:b@b>\r\nContent-Length: 0\r\n\r\n"
                        )
                    )
            );
    }

    private static string Call(ForgedSource s) => s.Request("INVITE", Bob, "Contact: <sip:a@10.9.9.9>\r\n");

    /// <summary>Bob, who registers; without a script he is gone then.</summary>
    private static void Phone(ForgedSource s, Action<ScriptedCall>? script)
    {
        ScriptedUserAgent phone = s.Server.Phone("bob", "10.0.2.1");
        phone.OnInvite = script;
        phone.Register(Here);
        s.Server.Run(1);
        if (script is null)
            ((SimulatedTransport)phone.Transport).IsSilent = true;
    }

    /// <summary>Registers, from an address of his own, the longest of these headers that the server takes.</summary>
    private static void Fill(ForgedSource s, Func<int, string> headers)
    {
        ScriptedUserAgent stranger = s.Server.Phone("a", "10.7.7.7");
        foreach (int length in new[] { 6000, 3000, 1000, 500, 240, 200, 100, 20 })
        {
            SentRequest sent = stranger.SendRequest(
                "REGISTER",
                Here,
                request =>
                {
                    request.Set("To", "<sip:a@example.com>").Remove("Contact");
                    foreach (string line in headers(length).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
                        request.Add(line.Split(": ", 2)[0], line.Split(": ", 2)[1]);
                }
            );
            s.Server.Run(1);
            if (sent.Status == 200)
                return;
        }

        throw new InvalidOperationException("Nothing was registered.");
    }

    /// <summary>From an address of the attacker's own; what the victim gets of it counts.</summary>
    private static void SendAs(ForgedSource s, string method)
    {
        string request = s.Request(method, "sip:a@example.com", user: "b")
            .Replace(ForgedSource.Victim, "10.8.8.8", StringComparison.Ordinal);
        s.Count(request.Length);
        var attacker = new ScriptedUserAgent(s.Server.Network.AddHost("10.8.8.8"), "b");
        attacker.SendRaw(System.Text.Encoding.ASCII.GetBytes(request), "sip:10.0.0.1");
    }
}
