using System.Net;
using System.Text;
using Xunit;

namespace Parley.Transport.Tests.EndPoints;

public class SipListenerSetTests
{
    private static readonly SipListener Udp = Listener(0, SipProtocol.Udp, "192.0.2.5", 5060);
    private static readonly SipListener Tcp = Listener(1, SipProtocol.Tcp, "192.0.2.5", 5060, "proxy.example.com");
    private static readonly SipListener Tls = Listener(2, SipProtocol.Tls, "0.0.0.0", 5061, "proxy.example.com");
    private static readonly SipListener Udp6 = Listener(3, SipProtocol.Udp, "2001:db8::5", 5070);
    private static readonly SipListener Loopback = Listener(4, SipProtocol.Udp, "127.0.0.1", 5090);

    private static readonly SipListenerSet Set = new(
        [Loopback, Udp, Tcp, Tls, Udp6],
        ["example.com", "Other.example.com:5062", "203.0.113.9", "[2001:db8::99]:5060"],
        [SipEndPoint.From(IPAddress.Parse("192.0.2.77"), 0)]
    );

    [Theory]
    [InlineData("192.0.2.5", 5060, true)]
    [InlineData("192.0.2.5", 0, true)]
    [InlineData("192.0.2.5", 5099, false)]
    [InlineData("192.0.2.77", 5061, true)] // the wildcard listener on a local interface
    [InlineData("192.0.2.77", 0, true)] // 5061 is what TLS means without a port
    [InlineData("192.0.2.77", 5060, false)]
    [InlineData("192.0.2.78", 5061, false)]
    [InlineData("PROXY.Example.COM", 0, true)]
    [InlineData("proxy.example.com.", 5061, true)]
    [InlineData("proxy.example.com", 5070, false)]
    [InlineData("[2001:DB8:0::5]", 5070, true)]
    [InlineData("[2001:db8::5]", 0, false)]
    [InlineData("example.com", 0, true)]
    [InlineData("EXAMPLE.com", 5090, true)]
    [InlineData("example.com", 5999, false)]
    [InlineData("other.example.com", 5062, true)]
    [InlineData("other.example.com", 0, false)]
    [InlineData("203.0.113.9", 5060, true)]
    [InlineData("2001:db8::99", 0, true)]
    [InlineData("example.org", 0, false)]
    [InlineData("", 5060, false)]
    public void Own_names_are_told_from_others(string host, int port, bool own) =>
        Assert.Equal(own, Set.IsOwn(Encoding.ASCII.GetBytes(host), port));

    [Theory]
    [InlineData("192.0.2.5", 5060, "", 0)]
    [InlineData("192.0.2.5", 5060, "TCP", 1)]
    [InlineData("proxy.example.com", 0, "", 1)]
    [InlineData("proxy.example.com", 5061, "", 2)]
    [InlineData("proxy.example.com", 5061, "tcp", 2)] // sips:...;transport=tcp
    [InlineData("proxy.example.com", 0, "tls", 2)]
    [InlineData("example.com", 0, "tls", 2)]
    [InlineData("example.com", 5060, "tcp", 1)]
    [InlineData("192.0.2.5", 5060, "sctp", -1)]
    [InlineData("192.0.2.5", 5060, "ws", -1)]
    [InlineData("example.org", 5060, "", -1)]
    public void A_Record_Route_of_ours_finds_its_listener(string host, int port, string transport, int index) =>
        Assert.Equal(index, Set.FindOwn(Encoding.ASCII.GetBytes(host), port, Encoding.ASCII.GetBytes(transport))?.Index ?? -1);

    [Fact]
    public void The_listener_to_a_target_has_its_protocol_and_family()
    {
        var outside = SipEndPoint.From(IPAddress.Parse("198.51.100.1"), 5060);
        var outside6 = SipEndPoint.From(IPAddress.Parse("2001:db8::1"), 5060);
        Assert.Same(Udp, Set.Select(SipProtocol.Udp, outside));
        Assert.Same(Tcp, Set.Select(SipProtocol.Tcp, outside));
        Assert.Same(Udp6, Set.Select(SipProtocol.Udp, outside6));
        Assert.Null(Set.Select(SipProtocol.Tcp, outside6));
        Assert.Null(Set.Select(SipProtocol.Ws, outside));
    }

    [Fact]
    public void The_preferred_listener_is_taken_when_it_can_reach_the_target()
    {
        var outside = SipEndPoint.From(IPAddress.Parse("198.51.100.1"), 5060);
        var here = SipEndPoint.From(IPAddress.Loopback, 5060);
        Assert.Same(Udp, Set.Select(SipProtocol.Udp, outside, Loopback));
        Assert.Same(Loopback, Set.Select(SipProtocol.Udp, here, Loopback));
        Assert.Same(Udp, Set.Select(SipProtocol.Udp, here, Udp));
        Assert.Same(Tcp, Set.Select(SipProtocol.Tcp, outside, Udp));
    }

    [Theory]
    [InlineData("example.com:port")]
    [InlineData("example.com:0")]
    [InlineData("example.com:70000")]
    public void An_alias_that_cannot_be_read_is_refused(string alias) =>
        Assert.Throws<ArgumentException>(() => new SipListenerSet([Udp], [alias]));

    private static SipListener Listener(int index, SipProtocol protocol, string address, int port, string? advertised = null) =>
        new(index, protocol, SipEndPoint.From(IPAddress.Parse(address), port), advertised);
}
