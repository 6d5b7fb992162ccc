using Microsoft.Extensions.DependencyInjection;
using Parley.Dialogs;
using Parley.Management;
using Parley.Registrar;
using Parley.Server.Replay;
using Parley.Server.Tests.Running;
using Parley.Testing;
using Xunit;

namespace Parley.Server.Tests.Replay;

public sealed class ServerExplainerTests : IDisposable
{
    private const string Settings = """
        { "Domains": [ "example.com" ],
          "Routes": [ { "Prefix": "00", "Targets": [ "sip:10.0.0.8", "sip:10.0.0.9" ], "Sources": [ "10.0.0.2" ] } ] }
        """;

    private readonly SimulatedServer _server = new(Settings);
    private readonly ServerExplainer _explainer;
    private readonly ScriptedUserAgent _alice;

    public ServerExplainerTests()
    {
        _explainer = new ServerExplainer(_server.Settings, _server.Application.Services);
        _alice = _server.Phone("alice", "10.0.0.2");
        var bob = _server.Phone("bob", "10.0.0.3");
        bob.Register("sip:example.com");
        _server.Run(1);
    }

    private LocationTable Locations => _server.Application.Services.GetRequiredService<LocationTable>();

    public void Dispose()
    {
        _explainer.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task A_call_to_a_registered_user_goes_to_the_contact()
    {
        var explanation = await ExplainAsync("INVITE sip:bob@example.com SIP/2.0\r\n\r\n");
        var target = Assert.Single(explanation.Targets);
        Assert.Equal(("10.0.0.3:5060", "udp", 0), (target.Address, target.Transport, target.AfterMs));
        Assert.Null(explanation.Answer);
        Assert.Contains("10.0.0.3:5060", explanation.Line, StringComparison.Ordinal);
        Assert.Contains(explanation.Steps, static s => s.Text.Contains("dialog", StringComparison.Ordinal));
        Assert.Contains(explanation.Steps, static s => s.Text.StartsWith("Without an answer", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("INVITE sip:carol@example.com SIP/2.0", 404)]
    [InlineData("INVITE sip:bob@elsewhere.example SIP/2.0", 403)]
    [InlineData("BYE sip:bob@10.0.0.3 SIP/2.0\nTo: <sip:bob@example.com>;tag=none", 481)]
    [InlineData("OPTIONS sip:example.com SIP/2.0", 200)]
    public async Task What_the_server_answers_itself_has_status_and_reason(string request, int status)
    {
        var explanation = await ExplainAsync(request);
        Assert.Empty(explanation.Targets);
        Assert.Equal(status, explanation.Answer!.Status);
        if (status is 403 or 404)
            Assert.Contains(explanation.Steps, s => s.Step == "reply" && s.Text.Contains($"{status}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Targets_that_follow_a_silent_one_have_their_time()
    {
        var explanation = await ExplainAsync("INVITE sip:0049@example.com SIP/2.0");
        Assert.Equal(["10.0.0.8:5060", "10.0.0.9:5060"], explanation.Targets.Select(static t => t.Address));
        Assert.Equal(0, explanation.Targets[0].AfterMs);
        Assert.True(explanation.Targets[1].AfterMs > 1_000);
        // From elsewhere the route may not be used.
        Assert.Empty((await ExplainAsync("INVITE sip:0049@example.com SIP/2.0", "10.0.0.77:5060")).Targets);
    }

    [Fact]
    public async Task A_request_within_a_call_goes_to_the_other_party()
    {
        var call = _alice.Invite("sip:bob@example.com");
        _server.Run(2);
        var live = _server.Dialogs.FindByCallId(call.CallId)!;
        var recorded = _server.Recorder.Messages.First(static m => m.Label == "ACK");
        var ack = System.Text.Encoding.UTF8.GetString(recorded.Bytes);
        var bye = System.Text.RegularExpressions.Regex.Replace(
            ack.Replace("ACK", "BYE", StringComparison.Ordinal),
            @"CSeq: \d+",
            "CSeq: 70000"
        );
        var late = await ExplainAsync(ack.Replace("ACK", "BYE", StringComparison.Ordinal));
        Assert.Equal((500, "CSeq out of order"), (late.Answer!.Status, late.Answer.Reason));
        var explanation = await ExplainAsync(bye);
        Assert.True(explanation.Targets.Count == 1, explanation.ToString() + explanation.Answer);
        Assert.Equal("10.0.0.3:5060", explanation.Targets[0].Address);
        Assert.Equal(DialogState.Confirmed, live.State);
        call.Bye();
        _server.Run(1);
        Assert.Equal(CallEnd.LocalBye, call.End);
    }

    [Fact]
    public async Task Nothing_of_the_running_server_changes_and_nothing_is_sent()
    {
        var sent = _server.Network.Counters.Sent;
        var processed = _server.Dialogs.Statistics.ProcessedDialogs;
        var bindings = Locations.BindingCount;
        await ExplainAsync("INVITE sip:bob@example.com SIP/2.0");
        var register = await ExplainAsync("REGISTER sip:example.com SIP/2.0\nTo: <sip:bob@example.com>\nContact: *\nExpires: 0");
        Assert.Equal(200, register.Answer!.Status);
        Assert.DoesNotContain("Contact:", register.Answer.Text, StringComparison.Ordinal);
        await ExplainAsync("REGISTER sip:example.com SIP/2.0\nTo: <sip:dave@example.com>\nContact: <sip:dave@10.0.0.4>");
        _server.Run(1);
        Assert.Equal(sent, _server.Network.Counters.Sent);
        Assert.Equal(processed, _server.Dialogs.Statistics.ProcessedDialogs);
        Assert.Equal(bindings, Locations.BindingCount);
    }

    [Theory]
    [InlineData("hello", "10.0.0.2:5060", "udp")]
    [InlineData("SIP/2.0 200 OK", "10.0.0.2:5060", "udp")]
    [InlineData("", "10.0.0.2:5060", "udp")]
    [InlineData("INVITE sip:bob@example.com SIP/2.0", "10.0.0.2", "udp")]
    [InlineData("INVITE sip:bob@example.com SIP/2.0", "10.0.0.2:5060", "sctp")]
    [InlineData("INVITE sip:bob@example.com SIP/2.0", "10.0.0.2:5060", "ws")]
    [InlineData("INVITE sip:bob@example.com SIP/2.0", "[2001:db8::1]:5060", "udp")]
    public async Task What_cannot_be_is_an_argument_that_is_named(string request, string source, string transport) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() =>
            _explainer.ExplainAsync(request, source, transport, TestContext.Current.CancellationToken)
        );

    private Task<RequestExplanation> ExplainAsync(string request, string source = "10.0.0.2:5060") =>
        _explainer.ExplainAsync(request, source, "udp", TestContext.Current.CancellationToken);
}
