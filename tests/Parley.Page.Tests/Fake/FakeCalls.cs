using System.Globalization;
using System.Text.Json.Nodes;

namespace Parley.Page.Tests.Fake;

/// <summary>Calls as a telephone company has them, the same in each run.</summary>
internal static class FakeCalls
{
    private static readonly string[] Trunks = ["berlin", "hamburg", "munich", "carrier-a", "carrier-b"];
    private static readonly string[] Names = ["anna", "bob", "carla", "dmitri", "eva", "farid", "greta", "henry", "ines", "jonas"];

    /// <summary>So many live calls, of every state and of several ages.</summary>
    public static IEnumerable<FakeCall> Live(int count)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        for (int i = 0; i < count; i++)
        {
            int age = i * 7 % 5400;
            string state =
                i % 19 == 3 ? "early"
                : i % 29 == 5 ? "unconfirmed"
                : i % 53 == 7 ? "confirmedNoAck"
                : "confirmed";
            string from = i % 3 == 0 ? $"sip:{Names[i % Names.Length]}@office.example" : $"sip:+4930{5550000 + i}@example.com";
            yield return new FakeCall
            {
                Id = IdOf(i),
                CallId = $"{i:x5}-c9f2-4e1a@192.0.2.{10 + (i % 40)}",
                State = state,
                From = from,
                To =
                    i % 4 == 1
                        ? $"sip:{Names[(i + 3) % Names.Length]}@office.example"
                        : $"sip:+49{(i % 2 == 0 ? 40 : 89)}{7770000 + (i * 13 % 90000)}@trunk.example.net",
                Caller = $"192.0.2.{10 + (i % 40)}:5060",
                Callee = $"198.51.100.{20 + (i % 5)}:5060",
                Created = now.AddSeconds(-age),
                Answered = state is "confirmed" or "confirmedNoAck" ? now.AddSeconds(-age + 4) : null,
                Abnormal =
                    i % 53 == 7 ? ["noAck"]
                    : i % 71 == 11 ? ["fallbackMatching"]
                    : [],
                Profiles = [("trunk", Trunks[i * 3 % 5]), ("all", null)],
                Line = null,
                Entries = Ladder($"192.0.2.{10 + (i % 40)}:5060", $"198.51.100.{20 + (i % 5)}:5060", from, now.AddSeconds(-age)),
            };
        }
    }

    /// <summary>Calls that ended and that failed some minutes ago.</summary>
    public static IEnumerable<FakeCall> Over()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        (int? Status, string Line, string[] Marks, int Seconds)[] kinds =
        [
            (null, "The caller hung up after 3 minutes 12 seconds.", [], 192),
            (404, "Refused with 404 by the proxy: nobody has registered as this user, and no route matches.", [], 0),
            (486, "The callee was busy (486).", [], 4),
            (null, "The callee did not answer the BYE; ended by the proxy after 32 s.", ["byeUnanswered"], 61),
            (403, "Refused with 403 by the proxy: the limit of trunk=carrier-a is reached (100 of 100).", ["limit"], 0),
            (408, "Nobody answered within 30 s; the proxy gave the call up (408).", [], 30),
            (null, "The callee hung up after 41 seconds; the ACK of the caller never came.", ["noAck"], 41),
            (487, "The caller gave up after 9 s, before anybody answered.", [], 9),
        ];
        for (int i = 0; i < kinds.Length; i++)
        {
            var (status, line, marks, seconds) = kinds[i];
            DateTimeOffset begin = now.AddSeconds(-300 - (40 * i) - seconds);
            string from = $"sip:{Names[i]}@office.example";
            yield return new FakeCall
            {
                Id = IdOf(900_000 + i),
                CallId = $"over-{i}@192.0.2.77",
                State = "ended",
                From = from,
                To = $"sip:+4940{8880000 + i}@trunk.example.net",
                Created = begin,
                Answered = status is null ? begin.AddSeconds(3) : null,
                Ended = begin.AddSeconds(3 + seconds),
                Status = status ?? 200,
                Line = line,
                Abnormal = marks,
                Entries = status is null
                    ? Ladder("192.0.2.10:5060", "198.51.100.20:5060", from, begin)
                    : Refused(status.Value, line, from, begin),
            };
        }
    }

    private static string IdOf(int i) =>
        Turned((i * 2654435761L % 4096).ToString("x", CultureInfo.InvariantCulture))
        + "."
        + Turned((0x1000_0000L + i).ToString("x", CultureInfo.InvariantCulture));

    private static string Turned(string text) => new([.. text.Reverse()]);

    private static JsonArray Ladder(string caller, string callee, string from, DateTimeOffset begin)
    {
        const string to = "sip:+49407770815@trunk.example.net";
        var list = new JsonArray();
        void Message(double at, string a, string b, string first, string cseq, int? status = null, bool again = false) =>
            list.Add(MessageEntry(begin.AddSeconds(at), a, b, first, from, to, cseq, status, again));
        void Step(double at, string kind, string text, string? rfc = null, string? abnormal = null) =>
            list.Add(StepEntry(begin.AddSeconds(at), kind, text, rfc, abnormal));
        Message(0, caller, "parley", $"INVITE {to} SIP/2.0", "1 INVITE");
        Message(0.001, "parley", caller, "SIP/2.0 100 Trying", "1 INVITE", 100);
        Step(0.001, "limit", "trunk=carrier-a: 41 of 100");
        Step(0.002, "route", "Route +49 to sip:198.51.100.20", "RFC 3261 §16.5");
        Message(0.002, "parley", callee, "INVITE sip:+49407770815@198.51.100.20 SIP/2.0", "1 INVITE");
        Message(0.502, "parley", callee, "INVITE sip:+49407770815@198.51.100.20 SIP/2.0", "1 INVITE", null, true);
        Message(0.561, callee, "parley", "SIP/2.0 180 Ringing", "1 INVITE", 180);
        Message(0.562, "parley", caller, "SIP/2.0 180 Ringing", "1 INVITE", 180);
        Step(0.562, "state", "Ringing");
        Message(3.904, callee, "parley", "SIP/2.0 200 OK", "1 INVITE", 200);
        Message(3.905, "parley", caller, "SIP/2.0 200 OK", "1 INVITE", 200);
        Step(3.905, "state", "Answered; waits for the ACK");
        Message(3.921, caller, "parley", "ACK sip:198.51.100.20 SIP/2.0", "1 ACK");
        Step(3.921, "match", "Matched by Call-ID and tags; the did was missing", "RFC 3261 §12.2.2", "fallbackMatching");
        Message(3.922, "parley", callee, "ACK sip:198.51.100.20 SIP/2.0", "1 ACK");
        Step(3.922, "state", "Up");
        return list;
    }

    private static JsonArray Refused(int status, string line, string from, DateTimeOffset begin)
    {
        const string to = "sip:+49408880001@trunk.example.net";
        return new JsonArray(
            MessageEntry(begin, "192.0.2.10:5060", "parley", $"INVITE {to} SIP/2.0", from, to, "1 INVITE", null, false),
            StepEntry(begin.AddSeconds(0.001), "reply", line, "RFC 3261 §16.7", null),
            MessageEntry(
                begin.AddSeconds(0.001),
                "parley",
                "192.0.2.10:5060",
                $"SIP/2.0 {status} Refused",
                from,
                to,
                "1 INVITE",
                status,
                false
            ),
            MessageEntry(begin.AddSeconds(0.019), "192.0.2.10:5060", "parley", $"ACK {to} SIP/2.0", from, to, "1 ACK", null, false)
        );
    }

    private static JsonObject MessageEntry(
        DateTimeOffset at,
        string a,
        string b,
        string first,
        string from,
        string to,
        string cseq,
        int? status,
        bool again
    )
    {
        var entry = new JsonObject
        {
            ["at"] = FakeCall.Time(at),
            ["kind"] = "message",
            ["from"] = a,
            ["to"] = b,
            ["transport"] = "udp",
            ["direction"] = b == "parley" ? "in" : "out",
            ["text"] =
                $"{first}\r\nVia: SIP/2.0/UDP {a};branch=z9hG4bK74bf9\r\nMax-Forwards: 70\r\nFrom: <{from}>;tag=9fxced76sl\r\nTo: <{to}>\r\nCall-ID: 3848276298220188511\r\nCSeq: {cseq}\r\nContact: <{from}>\r\nContent-Length: 0\r\n\r\n",
            ["cseq"] = cseq,
            ["branch"] = "z9hG4bK74bf9",
        };
        if (status is { } code)
            entry["status"] = code;
        else
            entry["method"] = first.Split(' ')[0];
        if (again)
            entry["retransmission"] = true;
        return entry;
    }

    private static JsonObject StepEntry(DateTimeOffset at, string step, string text, string? rfc, string? abnormal)
    {
        var entry = new JsonObject
        {
            ["at"] = FakeCall.Time(at),
            ["kind"] = "step",
            ["step"] = step,
            ["text"] = text,
        };
        if (rfc is not null)
            entry["rfc"] = rfc;
        if (abnormal is not null)
            entry["abnormal"] = abnormal;
        return entry;
    }
}
