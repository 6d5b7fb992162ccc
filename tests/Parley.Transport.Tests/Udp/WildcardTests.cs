using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Sip;
using Xunit;

namespace Parley.Transport.Tests.Udp;

/// <summary>A listener on 0.0.0.0: a client that asked one address hears from that one and no other, as a connected socket has it.</summary>
public class WildcardTests
{
    private static SipListenerOptions Any(SipProtocol protocol) => new() { Protocol = protocol, EndPoint = new(IPAddress.Any, 0) };

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.2")]
    [InlineData("127.7.7.7")]
    public async Task An_answer_leaves_from_the_address_that_was_asked(string address)
    {
        await using var server = new TestTransport(null, null, Any(SipProtocol.Udp));
        server.Receiver.Then = (SipMessage _, in SipFlow flow) => server.Transport.Send(flow, Wire.Response("c1"));
        using var client = Client(address, server.Listener.Local.Port);
        client.Send(Wire.Request("c1"));
        var (_, source) = await server.Receiver.NextAsync();
        Assert.Equal(Wire.Response("c1"), Receive(client));
        Assert.Equal($"{address}:{server.Listener.Local.Port}", source.Listener.Local.ToString());
        Assert.Equal(source.Listener.Local.ToString(), Encoding.ASCII.GetString(source.Listener.SentBy));
        Assert.Same(server.Listener, source.Listener.Bound);
        Assert.Same(source.Listener, server.Transport.FindOwn(Encoding.ASCII.GetBytes(address), server.Listener.Local.Port, default));
    }

    [Fact]
    public async Task Answers_of_one_batch_leave_from_an_address_each()
    {
        await using var server = new TestTransport(null, null, Any(SipProtocol.Udp));
        var port = server.Listener.Local.Port;
        using var one = Client("127.0.0.2", port);
        using var two = Client("127.0.0.3", port);
        one.Send(Wire.Request("c1"));
        two.Send(Wire.Request("c2"));
        var first = (await server.Receiver.NextAsync()).Flow;
        var second = (await server.Receiver.NextAsync()).Flow;
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(SipSendResult.Queued, server.Transport.Send(first, Wire.Response("c1")));
            Assert.Equal(SipSendResult.Queued, server.Transport.Send(second, Wire.Response("c2")));
            Assert.Equal(SipSendResult.Queued, server.Transport.Send(new SipFlow(server.Listener, first.Remote), Wire.Response("any")));
        }
        server.Transport.Flush();
        for (var i = 0; i < 3; i++)
        {
            // What left without an address came from 127.0.0.1, which this socket does not hear.
            Assert.Equal(Wire.Response("c1"), Receive(one));
            Assert.Equal(Wire.Response("c2"), Receive(two));
        }
        Assert.Equal(0, one.Available + two.Available);
    }

    [Fact]
    public async Task IPv6_too()
    {
        await using var server = new TestTransport(
            null,
            null,
            new SipListenerOptions { Protocol = SipProtocol.Udp, EndPoint = new(IPAddress.IPv6Any, 0) }
        );
        server.Receiver.Then = (SipMessage _, in SipFlow flow) => server.Transport.Send(flow, Wire.Response("c1"));
        using var client = Client("::1", server.Listener.Local.Port);
        client.Send(Wire.Request("c1"));
        Assert.Equal($"[::1]:{server.Listener.Local.Port}", (await server.Receiver.NextAsync()).Flow.Listener.Local.ToString());
        Assert.Equal(Wire.Response("c1"), Receive(client));
    }

    [Fact]
    public async Task A_connection_is_of_the_address_it_came_to_and_one_of_ours_leaves_from_where_it_shall()
    {
        await using var server = new TestTransport(null, null, Any(SipProtocol.Tcp));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Parse("127.0.0.2"), server.Listener.Local.Port);
        await client.SendAsync(Wire.Request("c1"));
        var source = (await server.Receiver.NextAsync()).Flow;
        Assert.Equal($"127.0.0.2:{server.Listener.Local.Port}", source.Listener.Local.ToString());
        Assert.Equal(SipSendResult.Queued, server.Transport.Send(source, Wire.Response("c1")));

        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        far.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        far.Listen();
        var from = server.Listener.At(SipEndPoint.From(IPAddress.Parse("127.0.0.3"), 0));
        server.Transport.Send(new SipFlow(from, SipEndPoint.From((IPEndPoint)far.LocalEndPoint!)), Wire.Request("c2"));
        server.Transport.Flush();
        using var accepted = await far.AcceptAsync().WaitAsync(TestReceiver.Patience);
        Assert.Equal("127.0.0.3", ((IPEndPoint)accepted.RemoteEndPoint!).Address.ToString());
    }

    [Fact]
    public async Task The_routing_table_is_that_of_the_system()
    {
        await using var server = new TestTransport(null, null, Any(SipProtocol.Udp));
        var loopback = SipEndPoint.From(IPAddress.Loopback, 5060);
        Assert.Equal(
            $"127.0.0.1:{server.Listener.Local.Port}",
            server.Transport.SelectListener(SipProtocol.Udp, loopback)!.Local.ToString()
        );
        // Wherever it leads: the kernel's own choice.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var outside = new IPEndPoint(IPAddress.Parse("192.0.2.254"), 5060);
        try
        {
            socket.Connect(outside);
        }
        catch (SocketException)
        {
            return; // a machine without a network: no route, nothing to compare
        }
        Assert.Equal(
            ((IPEndPoint)socket.LocalEndPoint!).Address,
            server.Transport.SelectListener(SipProtocol.Udp, SipEndPoint.From(outside))!.Local.ToIPAddress()
        );
    }

    [Fact]
    public async Task A_datagram_in_and_out_allocates_nothing()
    {
        const int warm = 500,
            measured = 1000;
        await using var server = new TestTransport(null, null, Any(SipProtocol.Udp));
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
            server.Transport.SelectListener(SipProtocol.Udp, flow.Remote, null, flow.Listener);
            server.Transport.Send(flow, answer, 7);
        };
        using var client = Client("127.0.0.2", server.Listener.Local.Port);
        var request = Wire.Request("c1");
        var buffer = new byte[2000];
        for (var i = 0; i <= warm + measured; i++)
        {
            client.Send(request);
            Assert.Equal(answer.Length, client.Receive(buffer));
        }
        Assert.Equal(0, after - before);
    }

    [Fact]
    public void A_route_is_asked_for_once_in_a_while()
    {
        var time = new StillTime();
        var routes = new LocalRoutes(time);
        var target = SipEndPoint.From(IPAddress.Parse("127.0.0.9"), 5060);
        Assert.Equal("127.0.0.1:0", routes.To(target).ToString());
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            routes.To(target.WithPort(i));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        time.Ticks += 11 * TimeSpan.TicksPerSecond;
        routes.To(target);
        Assert.NotEqual(before, GC.GetAllocatedBytesForCurrentThread()); // a socket
        Assert.Equal(default, routes.To(SipEndPoint.From(IPAddress.Broadcast, 5060))); // refused by the system: no route
    }

    private static Socket Client(string address, int port)
    {
        var to = new IPEndPoint(IPAddress.Parse(address), port);
        var client = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 30_000 };
        client.Connect(to);
        return client;
    }

    private static byte[] Receive(Socket client)
    {
        var buffer = new byte[2000];
        return buffer[..client.Receive(buffer)];
    }

    private sealed class StillTime : TimeProvider
    {
        public long Ticks { get; set; } = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Ticks;
    }
}
