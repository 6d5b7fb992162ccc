using Xunit;

namespace Parley.Sip.Tests.Screening;

/// <summary>What the torture messages do not ask.</summary>
public class SipScreeningTests
{
    [Fact]
    public void Good_messages_pass()
    {
        Assert.True(Screen(Wire.Invite).IsOk);
        Assert.True(Screen(Wire.Ok).IsOk);
        Assert.True(SipScreening.ScreenForward(Wire.Parse(Wire.Invite)).IsOk);
    }

    [Theory]
    [InlineData("Via: SIP/2.0/UDP pc33", "Via: SIP 2.0 UDP pc33", 400)]
    [InlineData("From: \"Alice\"", "X: \"Alice\"", 400)]
    [InlineData("To: Bob", "To: \"Bob", 400)]
    [InlineData("Call-ID: a84b4c76e66710@pc33.atlanta.com", "Call-ID:", 400)]
    [InlineData("Call-ID: a84b4c76e66710@pc33.atlanta.com", "Call-ID: a b", 400)]
    [InlineData("CSeq: 314159 INVITE", "X: y", 400)]
    [InlineData("CSeq: 314159 INVITE", "CSeq: 314159 BYE", 400)]
    [InlineData("X-Custom: one", "t: <sip:other@biloxi.com>", 400)]
    [InlineData("X-Custom: one", "Max-Forwards: 70", 400)]
    [InlineData("Max-Forwards: 70", "Max-Forwards: 7 0", 400)]
    [InlineData("Route: <sip:p1.biloxi.com;lr>", "Route: sip p1.biloxi.com", 400)]
    [InlineData("Route: <sip:p1.biloxi.com;lr>", "Route: <sip:@p1>", 400)]
    [InlineData("INVITE sip:bob@biloxi.com;user=phone", "INVITE sip:bob@biloxi.com;;", 400)]
    [InlineData("INVITE sip:bob@biloxi.com;user=phone", "INVITE http://biloxi.com", 416)]
    public void Faults_of_a_request_are_rejected_those_of_an_ACK_dropped(string good, string bad, int status)
    {
        string text = Wire.Invite.Replace(good, bad, StringComparison.Ordinal);
        Assert.NotEqual(Wire.Invite, text);
        var result = Screen(text);
        Assert.Equal(SipParseStatus.Reject, result.Status);
        Assert.Equal(status, result.StatusCode);
        Assert.Equal(SipParseStatus.Drop, Screen(text.Replace("INVITE", "ACK", StringComparison.Ordinal)).Status);
    }

    [Theory]
    [InlineData("Contact: <sip:alice@pc33.atlanta.com>", "Contact: <sip:alice")]
    [InlineData("Contact: <sip:alice@pc33.atlanta.com>", "Contact: \"Al <sip:alice@pc33.atlanta.com>;;,")]
    [InlineData("X-Custom: one", "P-Asserted-Identity: <<>")]
    [InlineData("X-Custom: one", "Record-Route: <sip:")]
    [InlineData("X-Custom: one", "Expires: soon")]
    [InlineData("X-Custom: one", "Require: ,,;")]
    public void What_a_proxy_does_not_use_passes(string good, string bad)
    {
        string text = Wire.Invite.Replace(good, bad, StringComparison.Ordinal);
        Assert.NotEqual(Wire.Invite, text);
        Assert.True(Screen(text).IsOk);
    }

    [Theory]
    [InlineData("CSeq: 314159 INVITE", "CSeq: 314159 ACK")]
    [InlineData("CSeq: 314159 INVITE", "CSeq: x INVITE")]
    [InlineData("Call-ID", "X-Call-ID")]
    [InlineData("From: Alice", "From: Al(ice")]
    [InlineData("SIP/2.0/UDP 192.0.2.9", "SIP/2.0/UDP")]
    [InlineData("SIP/2.0/UDP 192.0.2.9", "SIP/2.0/UDP 239.1.2.3")]
    [InlineData("SIP/2.0/UDP 192.0.2.9", "SIP/2.0/UDP 0.0.0.0")]
    [InlineData("SIP/2.0/UDP 192.0.2.9", "SIP/2.0/UDP h;received=255.255.255.255")]
    public void Faults_of_a_response_drop_it(string good, string bad)
    {
        string text = Wire.Ok.Replace(good, bad, StringComparison.Ordinal);
        Assert.NotEqual(Wire.Ok, text);
        Assert.Equal(SipParseStatus.Drop, Screen(text).Status);
    }

    [Fact]
    public void A_tel_URI_is_for_the_routing_to_decide() =>
        Assert.True(Screen(Wire.Invite.Replace("sip:bob@biloxi.com;user=phone", "tel:+1-201-555-0123", StringComparison.Ordinal)).IsOk);

    [Fact]
    public void Forwarding_needs_a_hop_left_and_every_required_option()
    {
        string last = Wire.Invite.Replace("Max-Forwards: 70", "Max-Forwards: 0", StringComparison.Ordinal);
        Assert.True(Screen(last).IsOk);
        Assert.Equal(483, SipScreening.ScreenForward(Wire.Parse(last)).StatusCode);
        Assert.Equal(
            SipParseStatus.Drop,
            SipScreening.ScreenForward(Wire.Parse(last.Replace("INVITE", "ACK", StringComparison.Ordinal))).Status
        );
        var asking = Wire.Parse(Wire.Invite.Replace("X-Custom: one", "Proxy-Require: foo, Bar", StringComparison.Ordinal));
        Assert.Equal(420, SipScreening.ScreenForward(asking).StatusCode);
        Assert.Equal(420, SipScreening.ScreenForward(asking, "foo").StatusCode);
        Assert.True(SipScreening.ScreenForward(asking, "bar", "foo").IsOk);
    }

    private static SipParseResult Screen(string text) => SipScreening.Screen(Wire.Parse(text));
}
