using System.Net;
using System.Text;
using Xunit;

namespace Parley.Transport.Tests.EndPoints;

public class SipEndPointTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("255.255.255.255", "255.255.255.255")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("[2001:DB8:0:0:0:0:0:1]", "2001:db8::1")]
    [InlineData("[::]", "::")]
    [InlineData("::1", "::1")]
    [InlineData("1::", "1::")]
    [InlineData("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [InlineData("2001:0:0:1:0:0:0:1", "2001:0:0:1::1")]
    [InlineData("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1")]
    [InlineData("fe80:0:0:0:1::", "fe80::1:0:0:0")]
    [InlineData("64:ff9b::192.0.2.33", "64:ff9b::c000:221")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:::192.0.2.1", "2001:db8::c000:201")]
    [InlineData("[:::1.2.3.4]", "::102:304")]
    public void An_address_is_read_and_written_as_RFC_5952_has_it(string text, string expected)
    {
        Assert.True(SipEndPoint.TryParseHost(Encoding.ASCII.GetBytes(text), 5060, out var endPoint));
        Span<byte> written = stackalloc byte[64];
        Assert.Equal(expected, Encoding.ASCII.GetString(written[..endPoint.FormatAddress(written, brackets: false)]));
        Assert.Equal(SipEndPoint.From(IPAddress.Parse(expected), 5060), endPoint);
        Assert.Equal(new IPEndPoint(IPAddress.Parse(expected), 5060), endPoint.ToIPEndPoint());
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("192.0.2")]
    [InlineData("192.0.2.256")]
    [InlineData("192.0.2.1.5")]
    [InlineData("1.2.3.")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("[192.0.2.1]")]
    [InlineData("[]")]
    [InlineData("[::1")]
    [InlineData(":")]
    [InlineData(":1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1::2::3")]
    [InlineData("1:::2")]
    [InlineData("1:::2:1.2.3.4")]
    [InlineData("::::1.2.3.4")]
    [InlineData("1:2:3:4:5:6:::1.2.3.4")]
    [InlineData("12345::")]
    [InlineData("1:2:3:4:5:6:7:")]
    [InlineData("::1.2.3.4.5")]
    [InlineData("fe80::1%eth0")]
    public void What_is_no_address_is_refused(string text) =>
        Assert.False(SipEndPoint.TryParseHost(Encoding.ASCII.GetBytes(text), 5060, out _));

    [Fact]
    public void Brackets_and_ports_are_written_on_request()
    {
        var endPoint = SipEndPoint.From(IPAddress.Parse("2001:db8::7"), 5061);
        Span<byte> text = stackalloc byte[64];
        Assert.Equal("[2001:db8::7]"u8, text[..endPoint.FormatAddress(text, brackets: true)]);
        Assert.Equal("[2001:db8::7]:5061", endPoint.ToString());
        Assert.Equal("[2001:db8::7]:9", endPoint.WithPort(9).ToString());
        Assert.Throws<ArgumentException>(() => endPoint.FormatAddress(new byte[4], brackets: true));
    }

    [Fact]
    public void Loopback_and_wildcard_are_known_in_both_families()
    {
        Assert.True(SipEndPoint.From(IPAddress.Parse("127.8.9.1"), 1).IsLoopback);
        Assert.True(SipEndPoint.From(IPAddress.IPv6Loopback, 1).IsLoopback);
        Assert.False(SipEndPoint.From(IPAddress.Parse("192.0.2.1"), 1).IsLoopback);
        Assert.True(SipEndPoint.From(IPAddress.Any, 1).IsAny);
        Assert.True(SipEndPoint.From(IPAddress.IPv6Any, 1).IsAny);
    }

    [Fact]
    public void Equality_counts_the_port_and_SameAddress_does_not()
    {
        var a = SipEndPoint.From(IPAddress.Parse("192.0.2.1"), 5060);
        Assert.NotEqual(a, a.WithPort(5061));
        Assert.True(a.SameAddress(a.WithPort(5061)));
        Assert.False(a.SameAddress(SipEndPoint.From(IPAddress.Parse("192.0.2.2"), 5060)));
    }
}
