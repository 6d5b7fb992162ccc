namespace Parley.WorstCase;

/// <summary>A way that a datagram takes through the server: what it finds there, and the message that is then filled up.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Prepare">Once, before the first: users, dialogs.</param>
/// <param name="Message">The next one, with numbers of its own; may send before it what it needs. Null: without a message to fill.</param>
internal sealed record Way(string Name, Action<MeasuredServer> Prepare, Func<MeasuredServer, int, string> Message)
{
    private const string Bob = "sip:bob@example.com",
        Many = "sip:many@example.com";

    public static IReadOnlyList<Way> All { get; } =
    [
        new(
            "REGISTER",
            static _ => { },
            static (_, n) => MeasuredServer.Request("REGISTER", "sip:example.com", n, to: $"sip:u{n}@example.com")
        ),
        new(
            "REGISTER of a user with ten",
            static server => server.Register("many", 10),
            static (_, n) => MeasuredServer.Request("REGISTER", "sip:example.com", n, to: Many)
        ),
        new("INVITE 404", static _ => { }, static (_, n) => MeasuredServer.Request("INVITE", "sip:nobody@example.com", n)),
        new("INVITE relayed", static server => server.Register("bob", 1), static (_, n) => MeasuredServer.Request("INVITE", Bob, n)),
        new(
            "INVITE forked to ten",
            static server => server.Register("many", 10),
            static (_, n) => MeasuredServer.Request("INVITE", Many, n)
        ),
        new("MESSAGE relayed", static server => server.Register("bob", 1), static (_, n) => MeasuredServer.Request("MESSAGE", Bob, n)),
        new("OPTIONS", static _ => { }, static (_, n) => MeasuredServer.Request("OPTIONS", "sip:10.0.0.1", n)),
        new(
            "INFO in a dialog",
            static server =>
            {
                server.Register("bob", 1);
                server.Establish("d", "f", 0);
            },
            static (server, n) => server.InDialog("INFO", n, withRoute: true)
        ),
        new(
            "re-INVITE in a dialog",
            static server =>
            {
                server.Register("bob", 1);
                server.Establish("d", "f", 0);
            },
            static (server, n) => server.InDialog("INVITE", n, withRoute: true)
        ),
        new(
            "INFO of one of 40,000 dialogs with one Call-ID",
            static server =>
            {
                server.Register("bob", 1);
                server.EstablishMany(40_000, ownTags: true);
            },
            static (server, n) => server.InDialog("INFO", n, withRoute: false)
        ),
        new(
            "INFO of none of 40,000 dialogs with one Call-ID and tag",
            static server =>
            {
                server.Register("bob", 1);
                server.EstablishMany(40_000, ownTags: false);
            },
            static (server, n) => server.InDialog("INFO", n, withRoute: false).Replace(";tag=t", ";tag=none", StringComparison.Ordinal)
        ),
        new("BYE 481", static _ => { }, static (_, n) => MeasuredServer.Request("BYE", "sip:10.0.0.1", n, toTag: ";tag=x")),
        new("ACK of nothing", static _ => { }, static (_, n) => MeasuredServer.Request("ACK", "sip:10.0.0.1", n, toTag: ";tag=x")),
        new("CANCEL", static server => server.Register("bob", 1), static (server, n) => server.Cancel(n)),
        new("180 of an INVITE", static server => server.Register("bob", 1), static (server, n) => server.Answer("180 Ringing", n)),
        new("200 of an INVITE", static server => server.Register("bob", 1), static (server, n) => server.Answer("200 OK", n)),
        new("302 of an INVITE", static server => server.Register("bob", 1), static (server, n) => server.Answer("302 Moved", n)),
        new("200 of a MESSAGE", static server => server.Register("bob", 1), static (server, n) => server.Answer("200 OK", n, "MESSAGE")),
        new("last 401 of a fork to ten", static server => server.Register("many", 10), static (server, n) => server.LastChallenge(n)),
        new(
            "200 of nothing",
            static _ => { },
            static (_, n) =>
                $"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx{n}\r\nVia: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bKy\r\nFrom: <sip:a@a>;tag=f\r\nTo: <sip:b@b>;tag=t\r\nCall-ID: s{n}\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        ),
    ];
}
