using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

public sealed class FailoverTests
{
    private static Peer Answering(Scene scene, string address, int status)
    {
        Peer peer = scene.Peer(address);
        peer.Script = request =>
        {
            if (request.Method is SipMethod.Invite or SipMethod.Options)
                peer.Answer(request, status);
        };
        return peer;
    }

    [Fact]
    public void After_503_the_next_server_of_the_domain_is_tried_on_the_same_branch()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        scene.Locator.Add("example.com", "udp:10.0.0.2:5060");
        scene.Locator.Add("example.com", "udp:10.0.0.3:5060");
        Peer alice = scene.Peer("10.0.0.1"),
            busy = Answering(scene, "10.0.0.2", 503),
            bob = Answering(scene, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        scene.Run(100);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(1, busy.Count("ACK"));
        Assert.Equal(1, bob.Count("INVITE"));
        Assert.Single(scene.Locator.Failed);
        Assert.NotEqual(Peer.Text(Branch(busy.Request("INVITE"))), Peer.Text(Branch(bob.Request("INVITE"))));
        scene.RunToTheEnd();
    }

    [Fact]
    public void A_silent_server_is_left_for_the_next_one_after_timer_B()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        scene.Locator.Add("example.com", "udp:10.0.0.2:5060");
        scene.Locator.Add("example.com", "udp:10.0.0.3:5060");
        Peer alice = scene.Peer("10.0.0.1"),
            silent = scene.Peer("10.0.0.2"),
            bob = Answering(scene, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        scene.Run(31_000);
        Assert.True(silent.Count("INVITE") > 3);
        Assert.Equal(0, bob.Count("INVITE"));
        scene.Run(2_000);
        Assert.Equal([200], alice.Finals);
        scene.RunToTheEnd();
    }

    [Fact]
    public void When_no_server_answers_the_caller_gets_408()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        Peer alice = scene.Peer("10.0.0.1");
        scene.Peer("10.0.0.2");
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        scene.Run(40_000);
        Assert.Equal(408, alice.Finals.First());
        scene.RunToTheEnd();
    }

    [Fact]
    public void A_request_other_than_INVITE_that_times_out_gets_no_408_by_RFC_4320()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        Peer alice = scene.Peer("10.0.0.1");
        scene.Peer("10.0.0.2");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        scene.Run(40_000);
        Assert.Empty(alice.Finals);
        Assert.Equal(0, scene.App.Transactions.ServerTransactionCount);
        Assert.Equal(1, scene.App.Counters[ProxyCounter.Failures]);
        scene.RunToTheEnd();
    }

    [Fact]
    public void An_unknown_domain_is_answered_500_as_if_503_had_come()
    {
        using var scene = new Scene(static async context => Assert.False(await context.RelayAsync()));
        Peer alice = scene.Peer("10.0.0.1");
        alice.Send("OPTIONS", "sip:bob@nowhere.example");
        scene.Run(50);
        Assert.Equal([500], alice.Finals);
        scene.RunToTheEnd();
    }

    [Fact]
    public void A_large_request_leaves_over_TCP()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        Peer alice = scene.Peer("10.0.0.1"),
            bob = Answering(scene, "10.0.0.2", 200);
        alice.Send("OPTIONS", "sip:bob@10.0.0.2", body: new string('x', 1400));
        scene.Run(100);
        Assert.StartsWith(
            "SIP/2.0/TCP",
            Peer.Text(bob.Request("OPTIONS").ValueOf(bob.Request("OPTIONS").HeaderAt(bob.Request("OPTIONS").IndexOf(SipHeaderName.Via)))),
            StringComparison.Ordinal
        );
        scene.RunToTheEnd();
    }

    [Fact]
    public void A_large_request_falls_back_to_UDP_when_TCP_is_refused()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        Peer alice = scene.Peer("10.0.0.1");
        Parley.Testing.SimulatedTransport host = scene.Network.AddHost("bob", "udp:10.0.0.2:5060");
        var bob = new Peer(host, scene.Transport.Listener(Parley.Transport.SipProtocol.Udp).Local);
        bob.Script = r => bob.Answer(r, 200);
        alice.Send("OPTIONS", "sip:bob@10.0.0.2", body: new string('x', 1400));
        scene.Run(30_000);
        Assert.True(bob.Count("OPTIONS") >= 1);
        Assert.Equal([200], alice.Finals);
        scene.RunToTheEnd();
    }

    private static ReadOnlySpan<byte> Branch(SipMessage message) => message.TryGetTopVia(out ViaView via) ? via.Branch : default;
}
