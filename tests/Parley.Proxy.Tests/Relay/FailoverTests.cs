using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

public sealed class FailoverTests
{
    private static Peer Answering(ProxyFixture fixture, string address, int status)
    {
        Peer peer = fixture.Peer(address);
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
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        fixture.Locator.Add("example.com", "udp:10.0.0.2:5060");
        fixture.Locator.Add("example.com", "udp:10.0.0.3:5060");
        Peer alice = fixture.Peer("10.0.0.1"),
            busy = Answering(fixture, "10.0.0.2", 503),
            bob = Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(100);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(1, busy.Count("ACK"));
        Assert.Equal(1, bob.Count("INVITE"));
        Assert.Single(fixture.Locator.Failed);
        Assert.NotEqual(Peer.Text(Branch(busy.Request("INVITE"))), Peer.Text(Branch(bob.Request("INVITE"))));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_silent_server_is_left_for_the_next_one_after_timer_B()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        fixture.Locator.Add("example.com", "udp:10.0.0.2:5060");
        fixture.Locator.Add("example.com", "udp:10.0.0.3:5060");
        Peer alice = fixture.Peer("10.0.0.1"),
            silent = fixture.Peer("10.0.0.2"),
            bob = Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(31_000);
        Assert.True(silent.Count("INVITE") > 3);
        Assert.Equal(0, bob.Count("INVITE"));
        fixture.Run(2_000);
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void When_no_server_answers_the_caller_gets_408()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1");
        fixture.Peer("10.0.0.2");
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(40_000);
        Assert.Equal(408, alice.Finals.First());
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_request_other_than_INVITE_that_times_out_gets_no_408_by_RFC_4320()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1");
        fixture.Peer("10.0.0.2");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(40_000);
        Assert.Empty(alice.Finals);
        Assert.Equal(0, fixture.App.Transactions.ServerTransactionCount);
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.Failures]);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void An_unknown_domain_is_answered_500_as_if_503_had_come()
    {
        using var fixture = new ProxyFixture(static async context => Assert.False(await context.RelayAsync()));
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("OPTIONS", "sip:bob@nowhere.example");
        fixture.Run(50);
        Assert.Equal([500], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_large_request_leaves_over_TCP()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = Answering(fixture, "10.0.0.2", 200);
        alice.Send("OPTIONS", "sip:bob@10.0.0.2", body: new string('x', 1400));
        fixture.Run(100);
        Assert.StartsWith(
            "SIP/2.0/TCP",
            Peer.Text(bob.Request("OPTIONS").ValueOf(bob.Request("OPTIONS").HeaderAt(bob.Request("OPTIONS").IndexOf(SipHeaderName.Via)))),
            StringComparison.Ordinal
        );
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_large_request_falls_back_to_UDP_when_TCP_is_refused()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1");
        Parley.Testing.SimulatedTransport host = fixture.Network.AddHost("bob", "udp:10.0.0.2:5060");
        var bob = new Peer(host, fixture.Transport.Listener(Parley.Transport.SipProtocol.Udp).Local);
        bob.Script = r => bob.Answer(r, 200);
        alice.Send("OPTIONS", "sip:bob@10.0.0.2", body: new string('x', 1400));
        fixture.Run(30_000);
        Assert.True(bob.Count("OPTIONS") >= 1);
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    private static ReadOnlySpan<byte> Branch(SipMessage message) => message.TryGetTopVia(out ViaView via) ? via.Branch : default;
}
