using Parley.Hosting;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Guide;

/// <summary>The test in docs/guide/testing.md.</summary>
public class RoutingTests
{
    [Fact]
    public async Task A_second_call_is_refused_while_the_first_one_lasts()
    {
        var network = new SimulatedNetwork(seed: 7);
        var recorder = Recorder.On(network);
        ParleyApplicationBuilder builder = ParleyApplication
            .CreateEmptyBuilder()
            .UseTransport(network.AddHost("10.0.0.9"))
            .UseTimeProvider(network.Clock)
            .UseRandom(network.Random);
        await using ParleyApplication app = CallLimiter.Build(builder);
        await app.StartAsync();
        var alice = new ScriptedUserAgent(network.AddHost("10.0.0.1"), "alice") { OutboundProxy = "sip:10.0.0.9;lr" };
        var bob = new ScriptedUserAgent(network.AddHost("10.0.0.2"), "bob");
        bob.OnInvite = static call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(5));
        };

        ScriptedCall first = alice.Invite("sip:bob@10.0.0.9");
        first.OnEstablished = static call => call.ByeAfter(TimeSpan.FromHours(1));
        network.Clock.RunFor(TimeSpan.FromMinutes(1));
        ScriptedCall second = alice.Invite("sip:bob@10.0.0.9");
        network.Clock.RunFor(TimeSpan.FromHours(1));
        ScriptedCall third = alice.Invite("sip:bob@10.0.0.9");
        network.Clock.RunFor(TimeSpan.FromMinutes(1));

        Assert.Equal((CallEnd.LocalBye, CallEnd.Rejected), (first.End, second.End));
        Assert.Equal(486, second.Status);
        Assert.Equal(CallState.Established, third.State);
        Assert.Equal(2, recorder.Count("INVITE", to: "10.0.0.2")); // the refused call never reached bob
        Assert.Empty(alice.Anomalies);
    }
}
