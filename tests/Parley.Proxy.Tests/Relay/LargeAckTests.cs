using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

/// <summary>RFC 3261 18.1.1 for what has no transaction: too large for UDP, and the far end does not take TCP.</summary>
public sealed class LargeAckTests
{
    private static readonly string Large = new('x', 1_400);

    private static Peer DatagramsOnly(ProxyFixture fixture) =>
        new(fixture.Network.AddHost("10.0.0.2", "udp:10.0.0.2:5060"), fixture.Transport.Listener(SipProtocol.Udp).Local);

    [Fact]
    public void An_ACK_goes_back_to_UDP_when_TCP_is_refused()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = DatagramsOnly(fixture);
        alice.Send("ACK", "sip:bob@10.0.0.2", toTag: "t", body: Large);
        fixture.Run(1_000);
        SipMessage ack = Assert.Single(bob.Requests);
        Assert.True(ack.TryGetTopVia(out ViaView via));
        Assert.Equal(("UDP", "10.0.0.9:5060"), (Peer.Text(via.Transport), Peer.Text(via.SentBy)));
        Assert.Equal(Large.Length, ack.Body.Length);
        Assert.Equal(0, fixture.App.Transactions.SecondWayBytes);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void And_when_the_connection_does_not_come_about()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        // What is not there any more when the connection would be: nobody answers the SYN.
        fixture.Network.Cut(fixture.Transport, bob.Host);
        alice.Send("ACK", "sip:bob@10.0.0.2", toTag: "t", body: Large);
        fixture.Run(9_000);
        Assert.NotEqual(0, fixture.App.Transactions.SecondWayBytes);
        fixture.Network.Heal();
        fixture.Run(2_000);
        Assert.Single(bob.Requests);
        Assert.Equal(SipProtocol.Udp, fixture.Recorder.Find("ACK", to: "10.0.0.2").Last().Protocol);
    }

    [Fact]
    public void Over_TCP_it_arrives_once_and_nothing_is_kept()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2", SipProtocol.Tcp);
        alice.Send("ACK", "sip:bob@10.0.0.2", toTag: "t", body: Large);
        fixture.Run(30_000);
        Assert.Single(bob.Requests);
        Assert.Equal(0, fixture.App.Transactions.SecondWayBytes);
    }

    [Fact]
    public void A_stateless_proxy_does_so_with_every_request()
    {
        using var fixture = new ProxyFixture(
            static async context => await context.RelayAsync(),
            static builder => builder.Proxy.Stateless = true
        );
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = DatagramsOnly(fixture);
        alice.Send("INVITE", "sip:bob@10.0.0.2", body: Large);
        fixture.Run(1_000);
        bob.Answer(Assert.Single(bob.Requests), 200);
        fixture.Run(100);
        Assert.Equal([200], alice.Statuses);
    }

    [Fact]
    public void What_is_kept_for_the_second_way_is_bounded()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1");
        string body = new('x', 30_000);
        for (int i = 0; i < 500; i++)
        {
            // To an address where nobody answers: connections take their time.
            alice.Send("ACK", $"sip:bob@10.9.{i / 200}.{(i % 200) + 1}", callId: $"c{i}", toTag: "t", body: body);
            fixture.Run(1);
            Assert.InRange(fixture.App.Transactions.SecondWayBytes, 0, 1024 * 1024);
        }

        fixture.Run(60_000);
        Assert.Equal(0, fixture.App.Transactions.SecondWayBytes);
    }

    [Fact]
    public void An_ACK_of_our_own_that_is_kept_on_TCP_goes_by_UDP_when_that_is_refused()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer bob = DatagramsOnly(fixture);
        Assert.True(
            fixture.App.LocalRequests.SendAck(
                "ACK sip:bob@10.0.0.2 SIP/2.0\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: own\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n"u8,
                null,
                fixture.Transport.Listener(SipProtocol.Tcp)
            )
        );
        fixture.Run(1_000);
        Assert.Single(bob.Requests);
    }
}
