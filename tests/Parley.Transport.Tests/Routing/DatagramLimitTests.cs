using System.Net;
using Xunit;

namespace Parley.Transport.Tests.Routing;

public class DatagramLimitTests
{
    [Theory]
    [InlineData(SipProtocol.Udp, 1300, false)]
    [InlineData(SipProtocol.Udp, 1301, true)]
    [InlineData(SipProtocol.Tcp, 60_000, false)]
    [InlineData(SipProtocol.Tls, 60_000, false)]
    public void Only_a_large_request_over_UDP_needs_a_stream(SipProtocol protocol, int length, bool expected) =>
        Assert.Equal(expected, DatagramLimit.RequiresStream(protocol, length));

    [Fact]
    public async Task It_is_switched_to_a_TCP_listener_of_the_family_where_there_is_one()
    {
        await using var both = new TestTransport(null, null, TestTransport.Udp(), TestTransport.Tcp());
        var flow = new SipFlow(both.Listener, SipEndPoint.From(IPAddress.Loopback, 5060));
        Assert.False(DatagramLimit.TrySwitchToStream(both.Transport, flow, 1300, 1300, out _));
        Assert.True(DatagramLimit.TrySwitchToStream(both.Transport, flow, 1301, 1300, out var stream));
        Assert.Equal(new SipFlow(both.Transport.Listeners[1], flow.Remote), stream);

        await using var udpOnly = new TestTransport(null, null, TestTransport.Udp());
        Assert.False(DatagramLimit.TrySwitchToStream(udpOnly.Transport, new SipFlow(udpOnly.Listener, flow.Remote), 5000, 1300, out _));
    }
}
