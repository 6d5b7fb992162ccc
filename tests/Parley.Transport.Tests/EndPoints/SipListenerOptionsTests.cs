using System.Net;
using Xunit;

namespace Parley.Transport.Tests.EndPoints;

public class SipListenerOptionsTests
{
    [Theory]
    [InlineData("udp:127.0.0.1:5070", SipProtocol.Udp, "127.0.0.1", 5070, null, 0)]
    [InlineData("TCP:127.0.0.1", SipProtocol.Tcp, "127.0.0.1", 5060, null, 0)]
    [InlineData("tls:[::1]:5061", SipProtocol.Tls, "::1", 5061, null, 0)]
    [InlineData("tls:[::1]", SipProtocol.Tls, "::1", 5061, null, 0)]
    [InlineData("udp:::1", SipProtocol.Udp, "::1", 5060, null, 0)]
    [InlineData("udp:2001:db8::5060", SipProtocol.Udp, "2001:db8::5060", 5060, null, 0)]
    [InlineData("udp:*", SipProtocol.Udp, "0.0.0.0", 5060, null, 0)]
    [InlineData("udp:*:5080", SipProtocol.Udp, "0.0.0.0", 5080, null, 0)]
    [InlineData("tcp:[::]:0", SipProtocol.Tcp, "::", 0, null, 0)]
    [InlineData("udp:10.0.0.1 as sip.example.com", SipProtocol.Udp, "10.0.0.1", 5060, "sip.example.com", 0)]
    [InlineData("udp:10.0.0.1:5070 as sip.example.com:5080", SipProtocol.Udp, "10.0.0.1", 5070, "sip.example.com", 5080)]
    [InlineData("udp:10.0.0.1 as [2001:db8::9]:5080", SipProtocol.Udp, "10.0.0.1", 5060, "[2001:db8::9]", 5080)]
    public void A_listener_is_read_from_text(string text, SipProtocol protocol, string address, int port, string? host, int hostPort)
    {
        var options = SipListenerOptions.Parse(text);
        Assert.Equal(protocol, options.Protocol);
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), port), options.EndPoint);
        Assert.Equal(host, options.AdvertisedHost);
        Assert.Equal(hostPort, options.AdvertisedPort);
    }

    [Theory]
    [InlineData("127.0.0.1:5060")]
    [InlineData("sctp:127.0.0.1:5060")]
    [InlineData("udp:localhost:5060")]
    [InlineData("udp:127.0.0.1:70000")]
    [InlineData("udp:127.0.0.1:")]
    [InlineData("udp:127.1:5060")]
    [InlineData("udp:[::1")]
    [InlineData("udp:[::1]5060")]
    [InlineData("udp:")]
    [InlineData("udp:10.0.0.1 as ")]
    [InlineData("udp:10.0.0.1 as a b")]
    [InlineData("udp:10.0.0.1 as a as b")]
    [InlineData("udp:10.0.0.1 as a:70000")]
    public void What_is_no_listener_is_refused_with_its_text(string text)
    {
        Assert.False(SipListenerOptions.TryParse(text, out _));
        Assert.Contains(text, Assert.Throws<ArgumentException>(() => SipListenerOptions.Parse(text)).Message, StringComparison.Ordinal);
    }
}
