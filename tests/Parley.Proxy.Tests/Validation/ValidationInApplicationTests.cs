using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Validation;

public sealed class ValidationInApplicationTests
{
    [Theory]
    [InlineData("MESSAGE", "sip:bob@10.0.0.2", 0, "", 483)]
    [InlineData("OPTIONS", "sip:bob@10.0.0.2", 0, "", 200)]
    [InlineData("MESSAGE", "frob:bob", 70, "", 416)]
    [InlineData("MESSAGE", "sip:bob@10.0.0.2", 70, "Proxy-Require: foo\r\n", 420)]
    [InlineData("MESSAGE", "sip:bob@10.0.0.2", 70, "Route: <nonsense\r\n", 400)]
    [InlineData("ACK", "sip:bob@10.0.0.2", 0, "", 0)]
    [InlineData("ACK", "frob:bob", 70, "", 0)]
    public void A_request_that_fails_validation_reaches_no_handler(string method, string uri, int maxForwards, string headers, int status)
    {
        var handled = 0;
        using var fixture = new ProxyFixture(context =>
        {
            handled++;
            context.Reply(200);
            return ValueTask.CompletedTask;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send(method, uri, maxForwards: maxForwards, headers: headers);
        fixture.Run(100);
        Assert.Equal(0, handled);
        Assert.Equal(status == 0 ? [] : [status], alice.Finals);
        if (status == 420)
        {
            Assert.True(alice.Responses[^1].TryGetHeader(SipHeaderName.Unsupported, out var unsupported));
            Assert.Equal("foo", Peer.Text(unsupported));
        }
        fixture.RunToTheEnd();
    }

    /// <summary>RFC 4475 3.1.2.1 (badinv01) and 3.1.2.6 (quotbal), and others of their kind: answered, with a To tag, on every transport.</summary>
    [Theory]
    [InlineData("Via: SIP/2.0/$T 10.0.0.1;branch=z9hG4bKx", "Via: SIP/2.0/$T 10.0.0.1;;,;,,", "Via: SIP/2.0/$T 10.0.0.1;;,;,,")]
    [InlineData(
        "To: <sip:bob@example.com>",
        "To: \"Mr. J. User <sip:j.user@example.com>",
        "To: \"Mr. J. User <sip:j.user@example.com>;tag="
    )]
    [InlineData("To: <sip:bob@example.com>", "To: <sip:bob@example.com>\r\nTo: <sip:x@y>", "To: <sip:bob@example.com>;tag=")]
    [InlineData("To: <sip:bob@example.com>", "To: <sip:b@x\r\nMax-Forwards: 70", "To: <sip:b@x;tag=")]
    [InlineData("From: <sip:alice@example.com>;tag=f", "From: <<;tag=f", "From: <<;tag=f")]
    [InlineData("CSeq: 1 INVITE", "CSeq: 99999999999 INVITE", "CSeq: 99999999999 INVITE")]
    public void What_cannot_be_read_is_answered_once_and_with_a_To_tag(string good, string bad, string answered)
    {
        foreach (
            Parley.Transport.SipProtocol protocol in (Parley.Transport.SipProtocol[])
                [Parley.Transport.SipProtocol.Udp, Parley.Transport.SipProtocol.Tcp]
        )
        {
            string transport = protocol == Parley.Transport.SipProtocol.Udp ? "UDP" : "TCP";
            using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
            Peer alice = fixture.Peer("10.0.0.1", protocol);
            string text =
                $"INVITE sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/{transport} 10.0.0.1;branch=z9hG4bKx\r\nMax-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=f\r\n"
                + "To: <sip:bob@example.com>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
            string broken = text.Replace(
                good.Replace("$T", transport, StringComparison.Ordinal),
                bad.Replace("$T", transport, StringComparison.Ordinal),
                StringComparison.Ordinal
            );
            Assert.NotEqual(text, broken);
            alice.SendText(broken);
            fixture.Run(protocol == Parley.Transport.SipProtocol.Udp ? 40_000 : 500);
            SipMessage response = Assert.Single(alice.Responses);
            Assert.Equal(400, response.StatusCode);
            string reply = response.ToString();
            Assert.Contains(answered.Replace("$T", transport, StringComparison.Ordinal), reply, StringComparison.Ordinal);
            Assert.Matches("\r\nTo: [^\r]*;tag=[0-9a-f]{16}\r\n", reply);
            fixture.RunToTheEnd();
        }
    }

    [Fact]
    public void A_request_that_comes_back_unchanged_is_482()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("MESSAGE", "sip:bob@10.0.0.9"); // the proxy's own address, and nobody says who bob is
        fixture.Run(2_000);
        Assert.Equal([482], alice.Finals);
        fixture.RunToTheEnd();
    }
}
