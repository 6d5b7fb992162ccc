using Parley.Testing;
using Xunit;

namespace Parley.Server.Tests.Running;

/// <summary>A route with several targets: the next one is tried when the fault lies with the server before it, and the log has one line of the call.</summary>
public sealed class FailoverTests : IDisposable
{
    private const string Settings = """
        { "Domains": [ "example.com" ],
          "Routes": [ { "Prefix": "1", "Targets": [ "sip:no.such.name", "sip:10.0.0.98", "sip:10.0.0.3", "sip:10.0.0.4" ], "Sources": [ "0.0.0.0/0" ] },
                      { "Domain": "partner.example", "Targets": [ "sip:10.0.0.98", "sip:10.0.0.3", "sip:10.0.0.4" ], "FirstResponse": 2, "Sources": [ "0.0.0.0/0" ] } ] }
        """;

    private readonly SimulatedServer _server = new(Settings, logging: """{ "LogLevel": { "Default": "Information" } }""");
    private readonly ScriptedUserAgent _alice;
    private readonly ScriptedUserAgent _first;
    private readonly ScriptedUserAgent _second;

    public FailoverTests() =>
        (_alice, _first, _second) = (
            _server.Phone("alice", "10.0.0.2"),
            _server.Phone("gw1", "10.0.0.3"),
            _server.Phone("gw2", "10.0.0.4")
        );

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("sip:1234@example.com", 500, 5)]
    [InlineData("sip:1234@example.com", 503, 5)]
    [InlineData("sip:bob@partner.example", 503, 2)]
    public void A_target_with_a_fault_is_followed_by_the_next(string uri, int status, int seconds)
    {
        _first.OnInvite = call => call.Reject(status);
        _second.OnInvite = call => call.Answer();
        var call = _alice.Invite(uri);
        _server.Run(seconds - 1);
        Assert.Empty(_first.Calls);
        _server.Run(3);
        Assert.True(call.IsUp);
        Assert.Single(_first.Calls);
        Assert.Single(_second.Calls);
        Assert.Contains(" by=10.0.0.4:5060 ", Assert.Single(_server.Log.Of("Parley.Calls")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sip:1234@example.com")]
    [InlineData("sip:bob@partner.example")]
    public void What_the_callee_answers_goes_to_the_caller_at_once(string uri)
    {
        _first.OnInvite = call => call.Reject(486);
        var call = _alice.Invite(uri);
        _server.Run(12);
        Assert.Equal(486, call.Status);
        Assert.Empty(_second.Calls);
    }

    // RFC 3261 16.7 step 6: of all that was tried on one round the 408 of the dead target is the best; a 503 leaves as 500.
    [Theory]
    [InlineData("sip:1234@example.com", 408, "status=408 by=timeout")]
    [InlineData("sip:bob@partner.example", 500, "status=503 by=10.0.0.4:5060")]
    public void When_all_fail_the_caller_gets_an_answer_and_the_log_the_status_as_received(string uri, int status, string line)
    {
        _first.OnInvite = call => call.Reject(503);
        _second.OnInvite = call => call.Reject(503);
        var call = _alice.Invite(uri);
        _server.Run(40);
        Assert.Equal(status, call.Status);
        Assert.Contains($" {line} ", Assert.Single(_server.Log.Of("Parley.Calls")), StringComparison.Ordinal);
    }
}
