using System.Globalization;

namespace Parley.Server.Fuzz;

/// <summary>
/// What the parties say next: requests outside of dialogs and in them, answers, ACKs, CANCELs, by what they have heard so far. Right as far as it
/// goes; <see cref="Disorder"/> breaks it. What is remembered is bounded.
/// </summary>
internal sealed class Talk(Random random, IReadOnlyList<Party> parties, int serverPort)
{
    private const int Most = 200;
    private static readonly string[] Within =
    [
        "BYE",
        "INFO",
        "UPDATE",
        "INVITE",
        "OPTIONS",
        "REFER",
        "SUBSCRIBE",
        "NOTIFY",
        "MESSAGE",
        "PRACK",
        "ACK",
        "FOO",
    ];
    private static readonly string[] Outside =
    [
        "OPTIONS",
        "MESSAGE",
        "SUBSCRIBE",
        "PUBLISH",
        "NOTIFY",
        "REFER",
        "INFO",
        "BYE",
        "ACK",
        "CANCEL",
        "PRACK",
        "UPDATE",
        "FOO",
    ];
    private static readonly int[] Statuses =
    [
        100,
        180,
        180,
        183,
        199,
        200,
        200,
        200,
        200,
        202,
        302,
        401,
        404,
        408,
        486,
        487,
        491,
        500,
        503,
        603,
        699,
    ];
    private readonly List<(Party Party, string Text)> _invites = [],
        _requests = [],
        _answers = [];
    private readonly List<Side> _sides = [];
    private int _number;

    /// <summary>One side of a dialog: headers as it writes them, ready to be sent.</summary>
    private sealed record Side(Party Party, string CallId, string From, string To, string Target, string[] Routes)
    {
        public uint CSeq { get; set; } = 1;
    }

    public (Party Party, string Text) Next()
    {
        int dice = random.Next(100);
        if (dice < 12)
            return Register();
        if (dice < 32 || (_invites.Count == 0 && dice < 50))
            return Invite();
        if (dice < 60 && _requests.Count > 0)
            return Answer();
        if (dice < 70 && _answers.Count > 0)
            return Acknowledge();
        if (dice < 75 && _invites.Count > 0)
            return Cancel();
        if (dice < 92 && _sides.Count > 0)
            return InDialog();
        return Alone();
    }

    public void Hear(Party party, string text)
    {
        if (!SipLines.IsResponse(text))
        {
            Keep(_requests, (party, text));
            return;
        }

        if (SipLines.Method(text) != "INVITE" || SipLines.Status(text) < 200)
            return;
        Keep(_answers, (party, text));
        if (SipLines.Status(text) < 300)
            Keep(
                _sides,
                new Side(
                    party,
                    SipLines.Value(text, "Call-ID"),
                    SipLines.Value(text, "From"),
                    SipLines.Value(text, "To"),
                    SipLines.Uri(SipLines.Value(text, "Contact")),
                    [.. SipLines.All(text, "Record-Route").Reverse()]
                )
            );
    }

    private (Party, string) Register()
    {
        Party party = Any(parties);
        string contact = random.Next(12) switch
        {
            0 => "Contact: *\r\nExpires: 0\r\n",
            1 => "",
            2 => string.Concat(
                Enumerable
                    .Range(0, random.Next(1, 14))
                    .Select(i => $"Contact: <sip:{party.User}{i}@127.0.0.1:{party.Port}>;q=0.{i % 10}\r\n")
            ),
            3 =>
                $"Contact: <sip:{party.User}@127.0.0.1:{party.Port};transport=tcp>;+sip.instance=\"<urn:uuid:1>\";reg-id=1\r\nSupported: outbound, path\r\n",
            4 =>
                $"Contact: {party.Contact};expires={random.Next(-1, 100_000)}\r\nPath: <sip:127.0.0.1:{party.Port};lr>\r\nSupported: path\r\n",
            5 when random.Next(20) == 0 => $"Contact: <sip:{party.User}@127.0.0.1:{serverPort}>\r\n",
            _ => $"Contact: {party.Contact}\r\n",
        };
        return (party, Request(party, "REGISTER", "sip:example.com", $"<sip:{party.User}@example.com>", contact));
    }

    private (Party, string) Invite()
    {
        Party party = Any(parties),
            other = Any(parties);
        string uri = random.Next(12) switch
        {
            0 => "sip:nobody@example.com",
            1 => $"sip:9{other.User}@example.com",
            2 => $"sip:{other.User}@127.0.0.1:{other.Port}",
            3 => "sip:x@elsewhere.example",
            _ => $"sip:{other.User}@example.com",
        };
        string more =
            random.Next(4) == 0
                ? $"Supported: 100rel, timer\r\nSession-Expires: 90\r\nContact: {party.Contact}\r\n"
                : $"Contact: {party.Contact}\r\n";
        string text = Request(party, "INVITE", uri, $"<{uri}>", more, random.Next(3) == 0 ? "" : Sdp());
        Keep(_invites, (party, text));
        return (party, text);
    }

    private (Party, string) Answer()
    {
        (Party party, string request) = Any(_requests);
        int status = Any(Statuses);
        string to = SipLines.Value(request, "To");
        if (!to.Contains(";tag=", StringComparison.Ordinal) && status > 100)
            to += $";tag=t{random.Next(3)}";
        string reliable = status is 183 or 180 && random.Next(4) == 0 ? $"Require: 100rel\r\nRSeq: {random.Next(1, 5)}\r\n" : "";
        string routes = string.Concat(SipLines.All(request, "Record-Route").Select(static route => $"Record-Route: {route}\r\n"));
        string vias = string.Concat(SipLines.All(request, "Via").Select(static via => $"Via: {via}\r\n"));
        if (status is >= 200 and < 300 && SipLines.Method(request) == "INVITE")
            Keep(
                _sides,
                new Side(
                    party,
                    SipLines.Value(request, "Call-ID"),
                    to,
                    SipLines.Value(request, "From"),
                    SipLines.Uri(SipLines.Value(request, "Contact")),
                    [.. SipLines.All(request, "Record-Route")]
                )
            );
        return (
            party,
            $"SIP/2.0 {status} Word\r\n{vias}{routes}From: {SipLines.Value(request, "From")}\r\nTo: {to}\r\nCall-ID: {SipLines.Value(request, "Call-ID")}\r\nCSeq: {SipLines.Value(request, "CSeq")}\r\n"
                + $"{reliable}Contact: {party.Contact}\r\n{Body(status == 200 && random.Next(2) == 0 ? Sdp() : "")}"
        );
    }

    private (Party, string) Acknowledge()
    {
        (Party party, string answer) = Any(_answers);
        bool isAccepted = SipLines.Status(answer) < 300;
        string routes = isAccepted
            ? string.Concat(SipLines.All(answer, "Record-Route").Reverse().Select(static route => $"Route: {route}\r\n"))
            : "";
        string via = isAccepted ? Via(party) : SipLines.Value(answer, "Via");
        string uri = isAccepted ? SipLines.Uri(SipLines.Value(answer, "Contact")) : SipLines.Uri(SipLines.Value(answer, "To"));
        return (
            party,
            $"ACK {uri} SIP/2.0\r\nVia: {via}\r\n{routes}Max-Forwards: 70\r\nFrom: {SipLines.Value(answer, "From")}\r\nTo: {SipLines.Value(answer, "To")}\r\n"
                + $"Call-ID: {SipLines.Value(answer, "Call-ID")}\r\nCSeq: {SipLines.Value(answer, "CSeq").Split(' ')[0]} ACK\r\n{Body("")}"
        );
    }

    private (Party, string) Cancel()
    {
        (Party party, string invite) = Any(_invites);
        string uri = invite.Split(' ')[1];
        return (
            party,
            $"CANCEL {uri} SIP/2.0\r\nVia: {SipLines.Value(invite, "Via")}\r\nMax-Forwards: 70\r\nFrom: {SipLines.Value(invite, "From")}\r\nTo: {SipLines.Value(invite, "To")}\r\n"
                + $"Call-ID: {SipLines.Value(invite, "Call-ID")}\r\nCSeq: {SipLines.Value(invite, "CSeq").Split(' ')[0]} CANCEL\r\nReason: SIP;cause=200\r\n{Body("")}"
        );
    }

    private (Party, string) InDialog()
    {
        Side side = Any(_sides);
        string method = Any(Within);
        uint cseq = method == "ACK" ? side.CSeq : ++side.CSeq;
        string routes = random.Next(12) == 0 ? "" : string.Concat(side.Routes.Select(static route => $"Route: {route}\r\n"));
        string more = method switch
        {
            "PRACK" => $"RAck: {random.Next(1, 5)} 1 INVITE\r\n",
            "REFER" => "Refer-To: <sip:x@example.com>\r\n",
            "SUBSCRIBE" or "NOTIFY" => "Event: dialog\r\nSubscription-State: active\r\n",
            _ => "",
        };
        return (
            side.Party,
            $"{method} {side.Target} SIP/2.0\r\nVia: {Via(side.Party)}\r\n{routes}Max-Forwards: 70\r\nFrom: {side.From}\r\nTo: {side.To}\r\nCall-ID: {side.CallId}\r\nCSeq: {cseq} {method}\r\n"
                + $"{more}Contact: {side.Party.Contact}\r\n{Body(method is "INVITE" or "UPDATE" && random.Next(2) == 0 ? Sdp() : "")}"
        );
    }

    private (Party, string) Alone()
    {
        Party party = Any(parties),
            other = Any(parties);
        string uri = random.Next(4) == 0 ? $"sip:127.0.0.1:{serverPort}" : $"sip:{other.User}@example.com";
        return (
            party,
            Request(
                party,
                Any(Outside),
                uri,
                $"<{uri}>{(random.Next(3) == 0 ? ";tag=t1" : "")}",
                $"Event: presence\r\nContact: {party.Contact}\r\n"
            )
        );
    }

    private string Request(Party party, string method, string uri, string to, string more, string body = "") =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{method} {uri} SIP/2.0\r\nVia: {Via(party)}\r\nMax-Forwards: 70\r\nFrom: <sip:{party.User}@example.com>;tag=f{random.Next(1000)}\r\nTo: {to}\r\nCall-ID: c{++_number}\r\nCSeq: 1 {method}\r\n{more}{Body(body)}"
        );

    private string Via(Party party) =>
        string.Create(CultureInfo.InvariantCulture, $"SIP/2.0/UDP 127.0.0.1:{party.Port};branch=z9hG4bK{random.Next()};rport");

    private static string Body(string body) =>
        body.Length == 0
            ? "Content-Length: 0\r\n\r\n"
            : string.Create(CultureInfo.InvariantCulture, $"Content-Type: application/sdp\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    private static string Sdp() => "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

    private T Any<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    private void Keep<T>(List<T> list, T one)
    {
        if (list.Count < Most)
            list.Add(one);
        else
            list[random.Next(Most)] = one;
    }
}
