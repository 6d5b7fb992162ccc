using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

public sealed class StatelessRelayTests
{
    [Fact]
    public void A_stateless_proxy_repeats_nothing_and_keeps_nothing_yet_brings_answers_back()
    {
        using var fixture = new ProxyFixture(
            static async context => await context.RelayAsync(),
            static builder => builder.Proxy.Stateless = true
        );
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        alice.SendText(invite);
        fixture.Run(2_000);
        Assert.Equal(2, bob.Count("INVITE"));
        Assert.Equal(0, fixture.App.PendingRequests);
        Assert.Equal(0, fixture.App.Transactions.ServerTransactionCount);
        // The same branch each time, so that bob sees a retransmission.
        Assert.True(
            bob.Requests[0].TryGetTopVia(out ViaView first)
                && bob.Requests[1].TryGetTopVia(out ViaView second)
                && first.Branch.SequenceEqual(second.Branch)
        );
        bob.Answer(bob.Requests[0], 180);
        bob.Answer(bob.Requests[0], 200);
        fixture.Run(50);
        Assert.Equal([180, 200], alice.Statuses);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void An_answer_that_we_never_asked_for_is_dropped()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.SendText(
            $"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP {ProxyFixture.ProxyAddress};branch=z9hG4bKPs00000000000000001111111111111111\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx\r\n"
                + "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: forged\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );
        fixture.Run(50);
        Assert.Empty(alice.Responses);
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.StrayReplies]);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("10.0.0.1;branch", "10.0.0.66;branch")]
    [InlineData("10.0.0.1;branch", "10.0.0.1:5066;branch")]
    [InlineData("SIP/2.0/UDP 10.0.0.1;", "SIP/2.0/TCP 10.0.0.1;")]
    [InlineData("branch=z9hG4bK10001x1", "branch=z9hG4bK10001x1;received=10.0.0.66")]
    [InlineData("branch=z9hG4bK10001x1", "rport=99;received=10.0.0.1;branch=z9hG4bK10001x1")]
    [InlineData("branch=z9hG4bK10001x1", "maddr=10.0.0.66;branch=z9hG4bK10001x1")]
    [InlineData("Call-ID: c1", "Call-ID: c2")]
    [InlineData("tag=f1", "tag=f2")]
    [InlineData("CSeq: 1", "CSeq: 2")]
    public void Whoever_knows_a_branch_of_ours_aims_no_answer_with_it(string good, string bad)
    {
        using var fixture = new ProxyFixture(
            static async context => await context.RelayAsync(),
            static builder => builder.Proxy.Stateless = true
        );
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2"),
            victim = fixture.Peer("10.0.0.66");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        SipMessage request = bob.Request("OPTIONS");
        string response =
            $"SIP/2.0 200 OK\r\n{Peer.Text(request.Bytes)[Peer.Text(request.Bytes).IndexOf("Via:", StringComparison.Ordinal)..]}";
        string bent = response.Replace(good, bad, StringComparison.Ordinal);
        Assert.NotEqual(response, bent);
        bob.SendText(bent);
        fixture.Run(50);
        Assert.Empty(victim.Responses);
        Assert.Empty(alice.Responses);
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.StrayReplies]);
        bob.SendText(response);
        fixture.Run(50);
        Assert.Equal([200], alice.Statuses);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("SIP/2.0/UDP pc.example.com")]
    [InlineData("SIP/2.0/UDP 10.0.0.1;rport")]
    [InlineData("SIP/2.0/UDP 192.168.3.4:5060;received=1.2.3.4;rport")]
    [InlineData("SIP/2.0/UDP [2001:db8::1]")]
    public void Answers_come_back_by_what_we_wrote_into_the_Via(string via)
    {
        using var fixture = new ProxyFixture(
            static async context => await context.RelayAsync(),
            static builder => builder.Proxy.Stateless = true
        );
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = request => bob.Answer(request, 200);
        alice.SendText(
            $"OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: {via};branch=z9hG4bKx\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );
        fixture.Run(50);
        Assert.Equal([200], alice.Statuses);
        fixture.RunToTheEnd();
    }

    /// <summary>A proxy with transactions relays nothing but ACKs without, and these have no answer.</summary>
    [Theory]
    [InlineData("ACK")]
    [InlineData("OPTIONS")]
    [InlineData("INVITE")]
    public void An_answer_to_an_ACK_goes_nowhere(string method)
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        alice.Send("ACK", "sip:bob@10.0.0.2", toTag: "x");
        fixture.Run(50);
        string ack = Peer.Text(bob.Request("ACK").Bytes);
        bob.SendText(
            $"SIP/2.0 200 OK\r\n{ack[ack.IndexOf("Via:", StringComparison.Ordinal)..]}".Replace(
                "CSeq: 1 ACK",
                $"CSeq: 1 {method}",
                StringComparison.Ordinal
            )
        );
        fixture.Run(50);
        Assert.Empty(alice.Responses);
        fixture.RunToTheEnd();
    }
}
