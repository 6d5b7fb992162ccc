using System.Text;
using Parley.Sip;

namespace Parley.Transactions.Tests.Layer;

public sealed class StatelessTests
{
    [Fact]
    public void A_request_that_is_not_admitted_leaves_no_transaction()
    {
        using TransactionFixture fixture = new();
        fixture.User.Admits = request =>
        {
            fixture.Layer.ReplyStateless(request, TransactionFixture.Udp, 503, "Draining"u8, "Retry-After: 5\r\n"u8);
            return false;
        };
        fixture.In(Wire.Request("INVITE"));
        Assert.Equal("SIP/2.0 503 Draining", Assert.Single(fixture.Transport.Sent).StartLine);
        Assert.Contains("Retry-After: 5\r\n", fixture.Transport.Sent[0].Text, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Layer.ServerTransactionCount);
        Assert.Equal("", fixture.User.Take());
    }

    [Fact]
    public void The_same_request_gets_the_same_tag_and_the_ack_for_it_goes_nowhere()
    {
        using TransactionFixture fixture = new();
        fixture.User.Admits = request =>
        {
            fixture.Layer.ReplyStateless(request, TransactionFixture.Udp, 403);
            return false;
        };
        fixture.In(Wire.Request("INVITE"));
        fixture.In(Wire.Request("INVITE"));
        string tag = Encoding.UTF8.GetString(fixture.Transport.Sent[0].Message.ToTag);
        Assert.Equal(tag, Encoding.UTF8.GetString(fixture.Transport.Sent[1].Message.ToTag));
        fixture.In(Wire.Request("ACK", toTag: tag));
        Assert.Equal("", fixture.User.Take());
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.AcksAbsorbed]);
        fixture.In(Wire.Request("ACK", toTag: tag, cseq: 2));
        Assert.Equal("ack", fixture.User.Take());
    }

    [Fact]
    public void Beyond_the_limit_new_requests_get_503_and_known_ones_go_on()
    {
        using TransactionFixture fixture = new(limits: new TransactionOptions { MaxServerTransactions = 2 });
        fixture.In(Wire.Request("OPTIONS", branch: "z9hG4bK1", callId: "1"));
        fixture.In(Wire.Request("INVITE", branch: "z9hG4bK2", callId: "2"));
        fixture.TakeSent();
        fixture.In(Wire.Request("OPTIONS", branch: "z9hG4bK3", callId: "3"));
        fixture.In(Wire.Request("OPTIONS", branch: "z9hG4bK4", callId: "4"));
        Assert.Equal("503, 503", fixture.TakeSent());
        fixture.In(Wire.Request("INVITE", branch: "z9hG4bK2", callId: "2"));
        fixture.In(Wire.Request("CANCEL", branch: "z9hG4bK2", callId: "2"));
        Assert.Equal("100, 200", fixture.TakeSent());
        Assert.Equal(2, fixture.Layer.Statistics[TransactionCounter.Rejected]);
        Assert.Single(fixture.Loggers.Lines, line => line.StartsWith("Warning 2103", StringComparison.Ordinal));
    }

    [Fact]
    public void A_malformed_request_gets_the_status_of_the_parser()
    {
        using TransactionFixture fixture = new();
        SipMessage message = TransactionFixture.Parse(Wire.Request("OPTIONS"));
        fixture.Layer.OnMalformed(message, new SipParseResult(SipParseStatus.Reject, 414, "Too Long For Us"), TransactionFixture.Udp);
        fixture.Layer.OnMalformed(message, new SipParseResult(SipParseStatus.Reject, 400, null), TransactionFixture.Udp);
        Assert.Equal(["SIP/2.0 414 Too Long For Us", "SIP/2.0 400 Bad Request"], fixture.Transport.Sent.Select(s => s.StartLine));
    }

    [Fact]
    public void Malformed_acks_responses_and_drops_are_never_answered()
    {
        using TransactionFixture fixture = new();
        fixture.Layer.OnMalformed(
            TransactionFixture.Parse(Wire.Request("ACK")),
            new SipParseResult(SipParseStatus.Reject, 400, null),
            TransactionFixture.Udp
        );
        fixture.Layer.OnMalformed(
            TransactionFixture.Parse(Wire.Response(200, "z9hG4bKx", "INVITE")),
            new SipParseResult(SipParseStatus.Reject, 400, null),
            TransactionFixture.Udp
        );
        fixture.Layer.OnMalformed(
            TransactionFixture.Parse(Wire.Request("OPTIONS")),
            new SipParseResult(SipParseStatus.Drop, 0, null),
            TransactionFixture.Udp
        );
        Assert.Equal("", fixture.TakeSent());
        Assert.Equal(3, fixture.Layer.Statistics[TransactionCounter.Malformed]);
    }

    [Fact]
    public void Wrong_use_is_refused_by_name()
    {
        using TransactionFixture fixture = new();
        SipMessage request = TransactionFixture.Parse(Wire.Request("OPTIONS")),
            response = TransactionFixture.Parse(Wire.Response(200, "z9hG4bKx", "OPTIONS"));
        Assert.Equal(
            "statusCode",
            Assert.Throws<ArgumentOutOfRangeException>(() => fixture.Layer.ReplyStateless(request, TransactionFixture.Udp, 180)).ParamName
        );
        Assert.Equal(
            "request",
            Assert.Throws<ArgumentException>(() => fixture.Layer.ReplyStateless(response, TransactionFixture.Udp, 200)).ParamName
        );
    }

    [Theory]
    [InlineData("SIP/2.0/UDP 203.0.113.9:5070;branch=z9hG4bKx", "203.0.113.9", 5070, false)]
    [InlineData("SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKx", "203.0.113.9", 5060, false)]
    [InlineData("SIP/2.0/UDP pc.example.com:5070;received=203.0.113.10;branch=z9hG4bKx", "203.0.113.10", 5070, false)]
    [InlineData("SIP/2.0/UDP pc.example.com:5070;received=203.0.113.10;rport=1234;branch=z9hG4bKx", "203.0.113.10", 1234, false)]
    [InlineData("SIP/2.0/TCP 203.0.113.9:5070;branch=z9hG4bKx", "203.0.113.9", 5070, true)]
    public void A_stateless_response_goes_where_its_top_via_says(string via, string host, int port, bool tcp)
    {
        using TransactionFixture fixture = new();
        byte[] response = Encoding.UTF8.GetBytes(
            Wire.Response(200, "x", "OPTIONS").Replace("SIP/2.0/UDP 192.0.2.1:5060;branch=x", via, StringComparison.Ordinal)
        );
        fixture.Layer.SendByVia(response, TransactionFixture.Udp);
        Sent sent = Assert.Single(fixture.Transport.Sent);
        Assert.Equal(StubTransport.Host(host, port), sent.Flow.Remote);
        Assert.Equal(tcp, sent.Flow.Listener.IsReliable);
        Assert.Equal(Encoding.UTF8.GetString(response), sent.Text);
    }

    [Theory]
    [InlineData("SIP/2.0/UDP pc.example.com:5070;branch=z9hG4bKx")]
    [InlineData("SIP/2.0/SCTP 203.0.113.9:5070;branch=z9hG4bKx")]
    public void A_stateless_response_without_a_way_is_dropped(string via)
    {
        using TransactionFixture fixture = new();
        fixture.Layer.SendByVia(
            Encoding.UTF8.GetBytes(
                Wire.Response(200, "x", "OPTIONS").Replace("SIP/2.0/UDP 192.0.2.1:5060;branch=x", via, StringComparison.Ordinal)
            ),
            TransactionFixture.Udp
        );
        fixture.Layer.SendByVia("nonsense"u8, TransactionFixture.Udp);
        Assert.Equal("", fixture.TakeSent());
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
    }
}
