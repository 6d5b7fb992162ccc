using Parley.Hosting;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace MyProxy.Tests;

/// <summary>Whole calls through the proxy, on a network in memory and by a clock that the test moves.</summary>
public class RoutingTests
{
    [Fact]
    public async Task A_call_reaches_the_callee_and_the_third_one_of_a_caller_is_refused()
    {
        var network = new SimulatedNetwork(seed: 7);
        ParleyApplicationBuilder builder = ParleyApplication
            .CreateEmptyBuilder()
            .UseTransport(network.AddHost("10.0.0.9"))
            .UseTimeProvider(network.Clock)
            .UseRandom(network.Random);
        await using ParleyApplication app = Routing.Build(builder, SipUri.Parse("sip:bob@10.0.0.2"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        var alice = new ScriptedUserAgent(network.AddHost("10.0.0.1"), "alice") { OutboundProxy = "sip:10.0.0.9;lr" };
        var bob = new ScriptedUserAgent(network.AddHost("10.0.0.2"), "bob")
        {
            OnInvite = call =>
            {
                call.Ring();
                call.AnswerAfter(TimeSpan.FromSeconds(5));
            },
        };

        ScriptedCall first = alice.Invite("sip:bob@10.0.0.9");
        first.OnEstablished = call => call.ByeAfter(TimeSpan.FromMinutes(5));
        ScriptedCall second = alice.Invite("sip:bob@10.0.0.9");
        network.Clock.RunFor(TimeSpan.FromMinutes(1));
        ScriptedCall third = alice.Invite("sip:bob@10.0.0.9");
        network.Clock.RunFor(TimeSpan.FromMinutes(10));

        Assert.Equal(CallEnd.LocalBye, first.End);
        Assert.Equal(CallState.Established, second.State);
        Assert.Equal(486, third.Status);
        Assert.Equal(2, bob.Calls.Count);
        Assert.Empty(alice.Anomalies);
        Assert.Empty(bob.Anomalies);
    }
}
