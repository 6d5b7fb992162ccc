using Xunit;

namespace Parley.Sip.Tests.Headers;

public class ListTests
{
    [Fact]
    public void Tokens_run_across_lines_and_commas_and_skip_empty_ones()
    {
        var message = Wire.Parse("OPTIONS sip:a SIP/2.0\nk: ,a ,, \"b,c\" , d;x=1,\nX: y\nSupported:\nSupported: e,\n f\n\n");
        var found = new List<string>();
        foreach (var token in message.Tokens(SipHeaderName.Supported))
            found.Add(Wire.Text(token));
        Assert.Equal(["a", "\"b,c\"", "d;x=1", "e", "f"], found);
        foreach (var _ in message.Tokens(SipHeaderName.Require))
            Assert.Fail("There is no Require.");
    }

    [Fact]
    public void Routes_run_across_lines_and_commas()
    {
        var message = Wire.Parse("OPTIONS sip:a SIP/2.0\nRoute: <sip:a;lr>,<sip:b;lr>\nX: y\nroute:\nRoute: \"q,\" <sip:c>\n\n");
        var hosts = new List<string>();
        foreach (var route in message.Routes)
            hosts.Add(route.Uri.HostText);
        Assert.Equal(["a", "b", "c"], hosts);
    }

    [Fact]
    public void Credentials_keep_commas_and_quotes_apart()
    {
        var message = Wire.Parse(
            """
            REGISTER sip:a SIP/2.0
            Authorization: Digest username="a, \"b\"", realm = "r=1,2" ,nonce="n",uri="sip:a", response="0123", qop=auth , nc=00000001,, broken
            Proxy-Authorization: Digest realm="one"
            Proxy-Authorization: digest realm="two"
            Authorization: Unterminated x="a, y=b


            """
        );
        var auth = message.AuthParameters(SipHeaderName.Authorization);
        Assert.Equal("Digest"u8, auth.Scheme);
        Assert.True(auth.TryGet("USERNAME"u8, out var value));
        Assert.Equal("a, \\\"b\\\""u8, value);
        Assert.True(auth.TryGet("realm"u8, out value));
        Assert.Equal("r=1,2"u8, value);
        Assert.True(auth.TryGet("qop"u8, out value));
        Assert.Equal("auth"u8, value);
        Assert.True(auth.TryGet("nc"u8, out value));
        Assert.Equal("00000001"u8, value);
        Assert.True(auth.TryGet("broken"u8, out value));
        Assert.True(value.IsEmpty);
        Assert.False(auth.TryGet("opaque"u8, out _));
        Assert.True(message.AuthParameters(SipHeaderName.ProxyAuthorization, 1).TryGet("realm"u8, out value));
        Assert.Equal("two"u8, value);
        Assert.True(message.AuthParameters(SipHeaderName.ProxyAuthorization, 2).Scheme.IsEmpty);
        Assert.True(message.AuthParameters(SipHeaderName.Authorization, 1).TryGet("x"u8, out value));
        Assert.Equal("\"a, y=b"u8, value);
        Assert.True(message.AuthParameters(SipHeaderName.WwwAuthenticate).Scheme.IsEmpty);
    }

    [Theory]
    [InlineData("776656 1 INVITE", true)]
    [InlineData("1\r\n 2\tX", true)]
    [InlineData("1 2", false)]
    [InlineData("1 INVITE", false)]
    [InlineData("x 1 INVITE", false)]
    [InlineData("1 4294967296 INVITE", false)]
    [InlineData("1 2 IN VITE", false)]
    public void RAck_has_two_numbers_and_a_method(string text, bool good)
    {
        var message = Wire.Parse($"PRACK sip:a SIP/2.0\nRAck: {text}\nRSeq: 17\n\n");
        Assert.Equal(good, message.TryGetRAck(out var rack));
        Assert.Equal(!good, rack.Method.IsEmpty);
        Assert.Equal(17, message.RSeq);
    }

    [Fact]
    public void RAck_parts()
    {
        Assert.True(RAckView.TryParse("776656 1 INVITE"u8, out var rack));
        Assert.Equal(776656u, rack.RSeq);
        Assert.Equal(1u, rack.CSeq);
        Assert.Equal("INVITE"u8, rack.Method);
    }

    [Theory]
    [InlineData("1 INVITE", true)]
    [InlineData("2147483647 INVITE", true)]
    [InlineData("2147483648 INVITE", false)]
    [InlineData("1", false)]
    [InlineData("1INVITE", false)]
    [InlineData("-1 INVITE", false)]
    [InlineData("1 IN VITE", false)]
    [InlineData("1 ", false)]
    public void CSeq_is_a_number_below_two_to_the_31_and_a_method(string text, bool good) =>
        Assert.Equal(good, Wire.Parse($"INVITE sip:a SIP/2.0\nCSeq: {text}\n\n").TryGetCSeq(out _, out _));

    [Theory]
    [InlineData("70", 70)]
    [InlineData("255", 255)]
    [InlineData("256", -1)]
    [InlineData("x", -1)]
    [InlineData("", -1)]
    public void MaxForwards_is_at_most_255(string text, int expected) =>
        Assert.Equal(expected, Wire.Parse($"INVITE sip:a SIP/2.0\nMax-Forwards: {text}\n\n").MaxForwards);
}
