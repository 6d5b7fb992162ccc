using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Sip;
using Xunit;

namespace Parley.Transport.Tests.Udp;

public class UdpTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_datagram_comes_up_with_its_source_and_an_answer_goes_back(bool portable, bool ipv6)
    {
        await using var server = Start(portable, ipv6 ? TestTransport.Udp6() : TestTransport.Udp());
        using var client = Client(ipv6);
        server.Receiver.Then = (SipMessage _, in SipFlow flow) => server.Transport.Send(flow, Wire.Response("c1"));

        await client.SendToAsync(Wire.Request("c1"), server.EndPoint);

        var (callId, source) = await server.Receiver.NextAsync();
        Assert.Equal("c1", callId);
        Assert.Equal(SipEndPoint.From((IPEndPoint)client.LocalEndPoint!), source.Remote);
        Assert.Same(server.Listener, source.Listener);
        Assert.Equal(0, source.ConnectionId);
        Assert.Equal(Wire.Response("c1"), await ReceiveAsync(client));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task More_than_a_batch_arrives_and_leaves_whole(bool portable)
    {
        const int count = 150;
        await using var server = Start(portable, TestTransport.Udp());
        using var client = Client();
        var target = new SipFlow(server.Listener, SipEndPoint.From((IPEndPoint)client.LocalEndPoint!));
        for (var i = 0; i < count; i++)
            Assert.Equal(SipSendResult.Queued, server.Transport.Send(target, Wire.Response($"out-{i}")));
        server.Transport.Flush();
        for (var i = 0; i < count; i++)
            Assert.Equal(Wire.Response($"out-{i}"), await ReceiveAsync(client));

        for (var i = 0; i < count; i++)
            client.SendTo(Wire.Request($"in-{i}"), server.EndPoint);
        for (var i = 0; i < count; i++)
            Assert.Equal($"in-{i}", (await server.Receiver.NextAsync()).CallId);
        await TestTransport.EventuallyAsync(() => server.Counters.Received == count);
        Assert.Equal(count, server.Counters.Sent);
        Assert.Equal(0, server.Counters.KernelDrops);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_largest_message_passes_and_a_larger_one_is_refused(bool portable)
    {
        await using var server = Start(portable, TestTransport.Udp());
        using var client = Client();
        var head = Wire.Request("big").Length;
        var largest = Wire.Request("big", body: new string('x', 60_000 - head));
        await client.SendToAsync(largest, server.EndPoint);
        Assert.Equal("big", (await server.Receiver.NextAsync()).CallId);

        var flow = new SipFlow(server.Listener, SipEndPoint.From((IPEndPoint)client.LocalEndPoint!));
        Assert.Equal(SipSendResult.Queued, server.Transport.Send(flow, largest));
        server.Transport.Flush();
        Assert.Equal(largest, await ReceiveAsync(client));
        Assert.Equal(SipSendResult.Failed, server.Transport.Send(flow, new byte[DatagramLimit.MaxPayload + 1]));
        Assert.Equal(1, server.Counters.SendFailed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_datagram_beyond_the_limit_is_refused_by_513(bool portable)
    {
        await using var server = new TestTransport(
            o =>
            {
                o.UsePortableSockets = portable;
                o.Limits = new SipLimits { MaxMessageSize = 2000 };
            },
            null,
            TestTransport.Udp()
        );
        using var client = Client();
        await client.SendToAsync(Wire.Request("long", body: new string('x', 3000)), server.EndPoint);
        await client.SendToAsync(Wire.Request("short"), server.EndPoint);
        Assert.Equal("short", (await server.Receiver.NextAsync()).CallId);
        Assert.Equal(513, (await server.Receiver.NextMalformedAsync()).Result.StatusCode);
    }

    [Fact]
    public async Task Garbage_is_dropped_keep_alives_are_counted_and_only_requests_that_can_be_answered_are_refused()
    {
        await using var server = Start(false, TestTransport.Udp());
        using var client = Client();
        client.SendTo("\r\n\r\n"u8, server.EndPoint);
        client.SendTo("\0\0\0\0"u8, server.EndPoint);
        client.SendTo(Encoding.UTF8.GetBytes("hello\r\n\r\n"), server.EndPoint);
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(1, 600)];
            random.NextBytes(bytes);
            client.SendTo(bytes, server.EndPoint);
        }
        var wrongVersion = Encoding
            .UTF8.GetString(Wire.Request("bad"))
            .Replace("SIP/2.0\r\nVia", "SIP/7.0\r\nVia", StringComparison.Ordinal);
        client.SendTo(Encoding.UTF8.GetBytes(wrongVersion), server.EndPoint);
        client.SendTo(Encoding.UTF8.GetBytes(wrongVersion.Replace("OPTIONS", "ACK", StringComparison.Ordinal)), server.EndPoint);
        client.SendTo(Wire.Request("good"), server.EndPoint);

        Assert.Equal("good", (await server.Receiver.NextAsync()).CallId);
        Assert.Equal(505, (await server.Receiver.NextMalformedAsync()).Result.StatusCode);
        await TestTransport.EventuallyAsync(() => server.Counters.Received == 1);
        Assert.Equal(1, server.Counters.Rejected);
        Assert.True(server.Counters.KeepAlives >= 1);
        Assert.True(server.Counters.DroppedMalformed >= 150, $"{server.Counters.DroppedMalformed} dropped");
        Assert.Equal(0, server.Counters.ReceiverFaults);
    }

    [Fact]
    public async Task A_receiver_that_throws_does_not_end_the_loop()
    {
        await using var server = Start(false, TestTransport.Udp());
        using var client = Client();
        server.Receiver.Then = (SipMessage _, in SipFlow _) => throw new InvalidOperationException("boom");
        for (var i = 0; i < 20; i++)
        {
            client.SendTo(Wire.Request($"c{i}"), server.EndPoint);
            await server.Receiver.NextAsync();
        }
        await TestTransport.EventuallyAsync(() => server.Counters.ReceiverFaults == 20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_loop_turns_without_traffic(bool portable)
    {
        await using var server = Start(portable, TestTransport.Udp());
        await server.Receiver.Looped.WaitAsync(TestReceiver.Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_kernel_refuses_is_reported_by_its_token_and_the_rest_of_the_batch_leaves(bool portable)
    {
        await using var server = Start(portable, TestTransport.Udp());
        using var client = Client();
        var good = new SipFlow(server.Listener, SipEndPoint.From((IPEndPoint)client.LocalEndPoint!));
        var broadcast = new SipFlow(server.Listener, SipEndPoint.From(IPAddress.Broadcast, 5060)); // EACCES without SO_BROADCAST
        server.Transport.Send(good, Wire.Response("1"), 1);
        server.Transport.Send(broadcast, Wire.Response("2"), 2);
        server.Transport.Send(broadcast, Wire.Response("3"));
        server.Transport.Send(good, Wire.Response("4"), 4);
        server.Transport.Flush();
        Assert.Equal(2ul, await server.Receiver.NextFailedAsync());
        Assert.False(server.Receiver.HasFailed);
        Assert.Equal(Wire.Response("1"), await ReceiveAsync(client));
        Assert.Equal(Wire.Response("4"), await ReceiveAsync(client));
        Assert.Equal(2, server.Counters.SendFailed);
        Assert.Equal(2, server.Counters.Sent);
    }

    [Fact]
    public async Task The_wrong_family_or_no_port_fails_at_once_and_a_foreign_listener_is_an_error()
    {
        await using var server = Start(false, TestTransport.Udp());
        Assert.Equal(
            SipSendResult.Failed,
            server.Transport.Send(new SipFlow(server.Listener, SipEndPoint.From(IPAddress.IPv6Loopback, 5060)), "x"u8)
        );
        Assert.Equal(
            SipSendResult.Failed,
            server.Transport.Send(new SipFlow(server.Listener, SipEndPoint.From(IPAddress.Loopback, 0)), "x"u8)
        );
        Assert.Throws<ArgumentException>(() => server.Transport.Send(default, "x"u8));
        var foreign = new SipListener(0, SipProtocol.Udp, server.Listener.Local);
        Assert.Throws<ArgumentException>(() => server.Transport.Send(new SipFlow(foreign, server.Listener.Local), "x"u8));
    }

    [Fact]
    public async Task Workers_share_the_port_and_each_far_end_is_heard()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SO_REUSEPORT spreading is Linux's");
        await using var server = Start(false, TestTransport.Udp(workers: 2));
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        server.Receiver.Then = (SipMessage message, in SipFlow flow) =>
        {
            threads.AddOrUpdate(Thread.CurrentThread.Name!, 1, (_, n) => n + 1);
            server.Transport.Send(flow, Wire.Response(Encoding.UTF8.GetString(message.CallId)));
        };
        for (var i = 0; i < 64; i++)
        {
            using var client = Client();
            await client.SendToAsync(Wire.Request($"c{i}"), server.EndPoint);
            Assert.Equal(Wire.Response($"c{i}"), await ReceiveAsync(client));
        }
        Assert.Equal(2, threads.Count);
    }

    [Fact]
    public async Task One_trunk_is_spread_over_the_workers_when_asked()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SO_REUSEPORT spreading is Linux's");
        await using var server = Start(false, TestTransport.Udp(workers: 2, UdpSpread.Random));
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        server.Receiver.Then = (SipMessage _, in SipFlow _) => threads.AddOrUpdate(Thread.CurrentThread.Name!, 1, (_, n) => n + 1);
        using var client = Client();
        for (var i = 0; i < 400; i++)
        {
            client.SendTo(Wire.Request($"c{i}"), server.EndPoint);
            await server.Receiver.NextAsync();
        }
        await TestTransport.EventuallyAsync(() => threads.Values.Sum() == 400);
        Assert.Equal(2, threads.Count);
        Assert.All(threads.Values, n => Assert.InRange(n, 120, 280)); // 200 each, sigma 10
    }

    [Fact]
    public async Task A_second_server_on_the_port_is_told_so()
    {
        await using var server = Start(false, TestTransport.Udp());
        var options = TestTransport.Udp();
        options.EndPoint = server.EndPoint;
        var e = Assert.Throws<IOException>(() => new TestTransport(null, null, options));
        Assert.Contains(server.EndPoint.ToString(), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tap_sees_both_directions()
    {
        await using var server = Start(false, TestTransport.Udp());
        using var client = Client();
        var tap = new ListTap();
        server.Transport.Tap = tap;
        server.Receiver.Then = (SipMessage _, in SipFlow flow) => server.Transport.Send(flow, Wire.Response("c1"));
        client.SendTo("\r\n\r\n"u8, server.EndPoint);
        client.SendTo(Wire.Request("c1"), server.EndPoint);
        await ReceiveAsync(client);
        Assert.Equal(
            [(true, Encoding.UTF8.GetString(Wire.Request("c1"))), (false, Encoding.UTF8.GetString(Wire.Response("c1")))],
            tap.Seen
        );
    }

    [Fact]
    public async Task A_stopped_transport_sends_no_more_and_starts_no_more()
    {
        var server = Start(false, TestTransport.Udp());
        await server.Transport.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            SipSendResult.Failed,
            server.Transport.Send(new SipFlow(server.Listener, SipEndPoint.From(IPAddress.Loopback, 9)), "x"u8)
        );
        Assert.Throws<InvalidOperationException>(() => server.Transport.Start(server.Receiver));
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_wildcard_listener_names_itself_by_a_local_address()
    {
        var options = TestTransport.Udp();
        options.EndPoint = new IPEndPoint(IPAddress.Any, 0);
        await using var server = Start(false, options);
        Assert.NotEqual("0.0.0.0", Encoding.ASCII.GetString(server.Listener.Host));
        Assert.True(server.Transport.IsOwn(server.Listener.Host, server.Listener.Port));
        Assert.True(server.Transport.IsOwn("127.0.0.1"u8, server.Listener.Port));
        Assert.False(server.Transport.IsOwn("198.51.100.200"u8, server.Listener.Port));
    }

    private static TestTransport Start(bool portable, SipListenerOptions listener) =>
        new(o => o.UsePortableSockets = portable, null, listener);

    private static Socket Client(bool ipv6 = false)
    {
        var socket = new Socket(ipv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.ReceiveBufferSize = 1024 * 1024;
        socket.Bind(new IPEndPoint(ipv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0));
        return socket;
    }

    private static async Task<byte[]> ReceiveAsync(Socket client)
    {
        var buffer = new byte[65_536];
        var length = await client.ReceiveAsync(buffer).WaitAsync(TestReceiver.Patience);
        return buffer[..length];
    }

    private sealed class ListTap : ICaptureTap
    {
        public List<(bool Inbound, string Text)> Seen { get; } = [];

        public void OnMessage(bool inbound, in SipFlow flow, ReadOnlySpan<byte> message)
        {
            lock (Seen)
                Seen.Add((inbound, Encoding.UTF8.GetString(message)));
        }
    }
}
