using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions.Tests.Layer;

public sealed class ResponseRoutingTests
{
    // The source is 198.51.100.7:49152.
    private static readonly SipFlow NatUdp = new(StubTransport.UdpListener, StubTransport.Host("198.51.100.7", 49152));

    [Theory]
    [InlineData("198.51.100.7:5062;branch=z9hG4bKa", "198.51.100.7:5062;branch=z9hG4bKa", 5062)]
    [InlineData("198.51.100.7;branch=z9hG4bKa", "198.51.100.7;branch=z9hG4bKa", 5060)]
    [InlineData("10.1.1.1:5062;branch=z9hG4bKa", "10.1.1.1:5062;branch=z9hG4bKa;received=198.51.100.7", 5062)]
    [InlineData("pc.example.com;branch=z9hG4bKa", "pc.example.com;branch=z9hG4bKa;received=198.51.100.7", 5060)]
    [InlineData("10.1.1.1:5062;rport;branch=z9hG4bKa", "*;received=198.51.100.7", 49152)]
    [InlineData("198.51.100.7:5062;branch=z9hG4bKa;rport", "*;received=198.51.100.7", 49152)]
    [InlineData("10.1.1.1;received=6.6.6.6;rport=666;branch=z9hG4bKa", "*;received=198.51.100.7", 49152)]
    [InlineData("198.51.100.7;received=6.6.6.6;branch=z9hG4bKa", "198.51.100.7;branch=z9hG4bKa;received=198.51.100.7", 5060)]
    [InlineData("198.51.100.7;maddr=6.6.6.6;branch=z9hG4bKa", "198.51.100.7;maddr=6.6.6.6;branch=z9hG4bKa", 5060)]
    public void Over_udp_the_top_via_is_stamped_and_the_answer_goes_there(string sentBy, string stamped, int port)
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Reply(200);
        fixture.In(
            Wire.Request("OPTIONS", via: "SIP/2.0/UDP " + sentBy + "\r\nVia: SIP/2.0/UDP 203.0.113.1;rport;branch=z9hG4bKb"),
            NatUdp
        );
        SipMessage seen = TransactionFixture.Parse(fixture.User.LastRequestText!);
        Sent answer = Assert.Single(fixture.Transport.Sent);
        foreach (SipMessage message in (SipMessage[])[seen, answer.Message])
        {
            Assert.True(message.TryGetTopVia(out ViaView via));
            string text = System.Text.Encoding.UTF8.GetString(via.Text);
            if (stamped[0] == '*')
            {
                Assert.Contains(stamped[1..], text, StringComparison.Ordinal);
                Assert.Equal(49152, via.RPort);
                Assert.Equal("z9hG4bKa", System.Text.Encoding.UTF8.GetString(via.Branch));
                Assert.DoesNotContain("6.6.6.6", text, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal("SIP/2.0/UDP " + stamped, text);
            }
        }

        Assert.Contains("Via: SIP/2.0/UDP 203.0.113.1;rport;branch=z9hG4bKb\r\n", fixture.User.LastRequestText!, StringComparison.Ordinal);
        Assert.Equal(StubTransport.Host("198.51.100.7", port), answer.Flow.Remote);
    }

    [Fact]
    public void A_stateless_answer_is_stamped_and_sent_in_the_same_way()
    {
        using TransactionFixture fixture = new();
        fixture.Layer.ReplyStateless(
            TransactionFixture.Parse(Wire.Request("OPTIONS", via: "SIP/2.0/UDP 10.1.1.1;rport;branch=z9hG4bKa")),
            NatUdp,
            404
        );
        Sent answer = Assert.Single(fixture.Transport.Sent);
        Assert.Contains("received=198.51.100.7", answer.Text, StringComparison.Ordinal);
        Assert.Equal(NatUdp.Remote, answer.Flow.Remote);
    }

    [Fact]
    public void Over_a_stream_the_answer_goes_back_on_its_connection()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Reply(200);
        fixture.In(Wire.Request("OPTIONS", via: "SIP/2.0/TCP 198.51.100.7:5070;branch=z9hG4bKa"), TransactionFixture.Tcp);
        Assert.Equal(TransactionFixture.Tcp, Assert.Single(fixture.Transport.Sent).Flow);
    }

    [Fact]
    public void When_the_connection_is_gone_the_answer_goes_to_the_port_of_sent_by()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE", via: "SIP/2.0/TCP 10.1.1.1:5070;branch=z9hG4bKa"), TransactionFixture.Tcp);
        fixture.TakeSent();
        fixture.Transport.Refuse = flow => flow.ConnectionId == 77;
        ServerTransaction transaction = fixture.User.Last!;
        fixture.Inside(transaction, () => transaction.Reply(180));
        fixture.Inside(transaction, () => transaction.Reply(200));
        Assert.All(
            fixture.Transport.Sent,
            s => Assert.Equal((StubTransport.Host("198.51.100.7", 5070), 0L), (s.Flow.Remote, s.Flow.ConnectionId))
        );
        Assert.Equal("180, 200", fixture.TakeSent());
        Assert.Equal("request INVITE", fixture.User.Take());
    }

    [Fact]
    public void When_that_fails_too_the_user_hears_of_it_after_the_call()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE", via: "SIP/2.0/TCP 10.1.1.1:5070;branch=z9hG4bKa"), TransactionFixture.Tcp);
        fixture.User.Take();
        fixture.Transport.Refuse = _ => true;
        fixture.Inside(
            fixture.User.Last!,
            () =>
            {
                fixture.User.Last!.Reply(180);
                Assert.Equal("", fixture.User.Take());
            }
        );
        Assert.Equal("error", fixture.User.Take());
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.TransportErrors]);
    }
}
