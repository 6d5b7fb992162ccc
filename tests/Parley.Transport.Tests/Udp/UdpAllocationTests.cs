using System.Net;
using System.Net.Sockets;
using Parley.Sip;
using Xunit;

namespace Parley.Transport.Tests.Udp;

public class UdpAllocationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_datagram_in_and_out_allocates_nothing(bool portable)
    {
        const int warm = 500,
            measured = 1000;
        await using var server = new TestTransport(o => o.UsePortableSockets = portable, null, TestTransport.Udp());
        server.Receiver.Collects = false;
        var answer = Wire.Response("c1");
        long before = 0,
            after = 0;
        var count = 0;
        server.Receiver.Then = (SipMessage _, in SipFlow flow) =>
        {
            count++;
            if (count == warm)
                before = GC.GetAllocatedBytesForCurrentThread();
            if (count == warm + measured)
                after = GC.GetAllocatedBytesForCurrentThread();
            server.Transport.Send(flow, answer, 7);
        };
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 30_000 };
        client.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        client.Connect(server.EndPoint);
        var request = Wire.Request("c1");
        var buffer = new byte[2000];
        for (var i = 0; i <= warm + measured; i++)
        {
            client.Send(request);
            Assert.Equal(answer.Length, client.Receive(buffer));
        }
        Assert.Equal(0, after - before);
    }
}
