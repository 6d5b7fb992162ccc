using System.Net;
using System.Text;
using Xunit;

namespace Parley.Transport.Tests.EndPoints;

public class SipListenerTests
{
    [Theory]
    [InlineData(null, 0, "192.0.2.5", "192.0.2.5:5060")]
    [InlineData("proxy.example.com", 0, "proxy.example.com", "proxy.example.com:5060")]
    [InlineData("proxy.example.com", 5080, "proxy.example.com", "proxy.example.com:5080")]
    [InlineData("2001:db8::1", 0, "[2001:db8::1]", "[2001:db8::1]:5060")]
    [InlineData("[2001:DB8::1]", 0, "[2001:db8::1]", "[2001:db8::1]:5060")]
    public void It_names_itself_by_its_advertised_host_and_port(string? host, int port, string expectedHost, string expectedSentBy)
    {
        var listener = new SipListener(0, SipProtocol.Tcp, SipEndPoint.From(IPAddress.Parse("192.0.2.5"), 5060), host, port);
        Assert.Equal(expectedHost, Encoding.ASCII.GetString(listener.Host));
        Assert.Equal(expectedSentBy, Encoding.ASCII.GetString(listener.SentBy));
        Assert.Equal("tcp:192.0.2.5:5060", listener.ToString());
        Assert.True(listener.IsReliable);
        Assert.Equal("TCP"u8, listener.ViaTransport);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\r\nVia: x")]
    [InlineData("host:5060")]
    public void A_host_that_would_break_a_header_is_refused(string host) =>
        Assert.Throws<ArgumentException>(() => new SipListener(0, SipProtocol.Udp, default, host));
}
