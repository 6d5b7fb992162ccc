using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Proxy;
using Parley.Server.Calls;
using Parley.Testing;
using Xunit;

namespace Parley.Server.Tests.Running;

/// <summary>Every attempt has one line, with the status as received, who gave it and why; registrations and drops have theirs.</summary>
public sealed partial class CallLogTests : IDisposable
{
    private const string Settings = """
        { "Domains": [ "example.com" ], "Timers": { "T1": 0.5 },
          "Routes": [ { "Prefix": "0", "Target": "sip:no.such.name", "Sources": [ "0.0.0.0/0" ] },
                      { "Prefix": "1", "Target": "sip:10.0.0.99", "Sources": [ "0.0.0.0/0" ] },
                      { "Prefix": "2", "Target": "sip:10.0.0.3", "Sources": [ "192.0.2.0/24" ] } ] }
        """;

    private readonly SimulatedServer _server = new(Settings, logging: """{ "LogLevel": { "Default": "Information" } }""");
    private readonly ScriptedUserAgent _alice;
    private readonly ScriptedUserAgent _bob;

    public CallLogTests()
    {
        (_alice, _bob) = (_server.Phone("alice", "10.0.0.2"), _server.Phone("bob", "10.0.0.3"));
        _bob.Register("sip:example.com");
        _server.Run(1);
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public void A_call_has_a_line_when_it_is_answered_and_one_when_it_ends()
    {
        _bob.OnInvite = call => call.AnswerAfter(TimeSpan.FromSeconds(2));
        var call = _alice.Invite("sip:bob@example.com");
        _server.Run(5);
        call.Bye();
        _server.Run(5);
        Assert.Equal(
            [
                $"Parley.Calls[5001] Call started call-id={call.CallId} did=DID from=sip:alice@example.com to=sip:bob@example.com source=udp:10.0.0.2:5060 target=sip:bob@10.0.0.3:5060 by=10.0.0.3:5060 setup=2",
                $"Parley.Calls[5002] Call ended call-id={call.CallId} did=DID from=sip:alice@example.com to=sip:bob@example.com reason=\"Downstream BYE\" seconds=3",
            ],
            Lines()
        );
    }

    [Theory]
    [InlineData(486, "486 by=10.0.0.3:5060 reason=\"Busy Here\"")]
    [InlineData(603, "603 by=10.0.0.3:5060 reason=\"Decline\"")]
    [InlineData(500, "500 by=10.0.0.3:5060 reason=\"Server Internal Error\"")]
    [InlineData(503, "503 by=10.0.0.3:5060 reason=\"service unavailable\"")] // as received, though 500 goes to the caller
    public void A_refusal_of_the_callee_has_its_status(int status, string expected)
    {
        _bob.OnInvite = call => call.Reject(status);
        var call = _alice.Invite("sip:bob@example.com");
        _server.Run(2);
        Assert.Equal(
            $"Parley.Calls[5003] Call failed call-id={call.CallId} did=DID from=sip:alice@example.com to=sip:bob@example.com source=udp:10.0.0.2:5060 target=sip:bob@10.0.0.3:5060 status={expected} setup=0",
            Assert.Single(Lines())
        );
    }

    [Theory]
    [InlineData("sip:carol@example.com", "404 by=proxy reason=\"nobody has registered as this user, and no route matches\"")]
    [InlineData("sip:carol@example.net", "403 by=proxy reason=\"the domain is not served here, and the source is not trusted\"")]
    [InlineData("sip:2@example.com", "403 by=proxy reason=\"the source is not among the Sources of the route, nor trusted\"")]
    [InlineData("sip:0@example.com", "503 by=proxy reason=\"no address was found for the target\"")]
    [InlineData("sip:1@example.com", "408 by=timeout reason=\"no response at all\"")]
    public void A_failure_of_the_servers_own_says_why(string uri, string expected)
    {
        var call = _alice.Invite(uri);
        _server.Run(60);
        Assert.True(call.IsOver);
        Assert.Contains($" to={uri} ", Assert.Single(Lines()), StringComparison.Ordinal);
        Assert.Contains($" status={expected} setup=", Lines()[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sip:bob@example.com", 503, FailureReason.ServerError)]
    [InlineData("sip:0@example.com", 503, FailureReason.NameNotFound)]
    [InlineData("sip:1@example.com", 408, FailureReason.NoResponse)]
    public void The_callback_of_a_failed_dialog_has_the_status_as_received(string uri, int status, FailureReason reason)
    {
        var failures = new List<(int, FailureReason)>();
        _server.Dialogs.Register(
            null,
            DialogCallbackTypes.Created,
            (dialog, _, _) =>
                dialog.On(DialogCallbackTypes.Failed, (_, _, failed) => failures.Add((failed.Failure.StatusCode, failed.Failure.Reason)))
        );
        _bob.OnInvite = call => call.Reject(503);
        _alice.Invite(uri);
        _server.Run(60);
        Assert.Equal([(status, reason)], failures);
    }

    [Fact]
    public void A_cancelled_call_says_so()
    {
        _bob.OnInvite = call => call.Ring();
        var call = _alice.Invite("sip:bob@example.com");
        call.CancelAfter(TimeSpan.FromSeconds(3));
        _server.Run(10);
        Assert.EndsWith(
            " status=487 by=caller reason=\"cancelled by the caller\" setup=3",
            Assert.Single(Lines()),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_validation_refuses_is_an_attempt_too()
    {
        _alice.Invite("sip:bob@example.com", invite => invite.Set("Max-Forwards", "0"));
        _server.Run(2);
        Assert.Contains("status=483 by=proxy reason=\"Max-Forwards used up\"", Assert.Single(Lines()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_while_draining_is_an_attempt_too()
    {
        _server.Application.StartDraining();
        _alice.Invite("sip:bob@example.com");
        _server.Run(2);
        Assert.Contains("status=503 by=proxy reason=\"service unavailable\"", Assert.Single(Lines()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_of_no_call_is_named()
    {
        _alice.SendRequest("BYE", "sip:bob@example.com", bye => bye.Set("To", "<sip:bob@example.com>;tag=unknown"));
        _server.Run(2);
        Assert.Matches(
            "^Parley.Calls\\[1020\\] BYE refused call-id=.* from=sip:alice@example.com to=sip:bob@example.com source=udp:10.0.0.2:5060 status=481 by=proxy reason=\"no such call here, and no proof of one in its Route\"$",
            Assert.Single(Lines())
        );
    }

    [Fact]
    public void Registrations_have_a_line_each()
    {
        _bob.Register("sip:example.com");
        _server.Run(1);
        _bob.Register("sip:example.com", 0);
        _server.Run(1);
        _bob.Register("sip:example.com", 5);
        _server.Run(1);
        _bob.Register("sip:example.com", 60);
        _server.Run(70);
        Assert.Equal(
            [
                "[1030] Registered aor=bob@example.com contact=sip:bob@10.0.0.3:5060 source=udp:10.0.0.3:5060",
                "[1031] Registration refreshed aor=bob@example.com contact=sip:bob@10.0.0.3:5060 source=udp:10.0.0.3:5060",
                "[1032] Unregistered aor=bob@example.com contact=sip:bob@10.0.0.3:5060 source=udp:10.0.0.3:5060",
                "[1034] Registration refused aor=bob@example.com source=udp:10.0.0.3:5060 status=423 reason=\"its lifetime is below Registrar:MinExpires\"",
                "[1030] Registered aor=bob@example.com contact=sip:bob@10.0.0.3:5060 source=udp:10.0.0.3:5060",
                "[1033] Registration expired aor=bob@example.com contact=sip:bob@10.0.0.3:5060 source=udp:10.0.0.3:5060",
            ],
            _server.Log.Of("Parley.Registrations").Select(l => l["Parley.Registrations".Length..])
        );
    }

    [Fact]
    public void Drops_are_a_line_a_minute_and_none_without_any()
    {
        using var drops = new DropLog(_server.Application, _server.Application.Services.GetRequiredService<ILoggerFactory>());
        _server.Run(130);
        Assert.Empty(_server.Log.Of("Parley.Server"));
        for (var i = 0; i < 3; i++)
            _alice.SendRaw(
                "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKnone\r\nVia: SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
                "sip:10.0.0.1"
            );
        _server.Run(130);
        Assert.Equal(
            "Parley.Server[1011] Dropped in the last minute: responses-of-nothing=3",
            Assert.Single(_server.Log.Of("Parley.Server"))
        );
    }

    /// <summary>The lines of calls, with the dialog's id and fractions of seconds taken out.</summary>
    private IReadOnlyList<string> Lines() =>
        [.. _server.Log.Of("Parley.Calls").Select(l => Fraction().Replace(Did().Replace(l, "did=DID "), m => Round(m.Groups[1].Value)))];

    private static string Round(string seconds) =>
        "setup=" + Math.Round(double.Parse(seconds, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("did=[0-9a-f.]+ ")]
    private static partial Regex Did();

    [GeneratedRegex("setup=([0-9.]+)")]
    private static partial Regex Fraction();
}
