using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

public sealed class StatelessRelayTests
{
    [Fact]
    public void A_stateless_proxy_repeats_nothing_and_keeps_nothing_yet_brings_answers_back()
    {
        using var scene = new Scene(static async context => await context.RelayAsync(), static builder => builder.Proxy.Stateless = true);
        Peer alice = scene.Peer("10.0.0.1"), bob = scene.Peer("10.0.0.2");
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        alice.SendText(invite);
        scene.Run(2_000);
        Assert.Equal(2, bob.Count("INVITE"));
        Assert.Equal(0, scene.App.PendingRequests);
        Assert.Equal(0, scene.App.Transactions.ServerTransactionCount);
        // The same branch each time, so that bob sees a retransmission.
        Assert.True(bob.Requests[0].TryGetTopVia(out ViaView first) && bob.Requests[1].TryGetTopVia(out ViaView second) && first.Branch.SequenceEqual(second.Branch));
        bob.Answer(bob.Requests[0], 180);
        bob.Answer(bob.Requests[0], 200);
        scene.Run(50);
        Assert.Equal([180, 200], alice.Statuses);
        scene.RunToTheEnd();
    }

    [Fact]
    public void An_answer_that_we_never_asked_for_is_dropped()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        Peer alice = scene.Peer("10.0.0.1"), bob = scene.Peer("10.0.0.2");
        bob.SendText($"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP {Scene.ProxyAddress};branch=z9hG4bKPs00000000000000001111111111111111\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx\r\n" +
            "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: forged\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
        scene.Run(50);
        Assert.Empty(alice.Responses);
        Assert.Equal(1, scene.App.Counters[ProxyCounter.StrayReplies]);
        scene.RunToTheEnd();
    }
}
