using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Transport.Tests.Streams;

public class TcpTests
{
    private const string End = "Content-Length: 0\r\n\r\n";

    [Fact]
    public async Task A_request_comes_up_with_its_connection_and_the_answer_takes_it_back()
    {
        await using var server = Start();
        server.Receiver.Then = Answer(server);
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync(Wire.Request("c1"));
        var (callId, flow) = await server.Receiver.NextAsync();
        Assert.Equal("c1", callId);
        Assert.NotEqual(0, flow.ConnectionId);
        Assert.Equal(SipEndPoint.From((IPEndPoint)client.Socket.LocalEndPoint!), flow.Remote);
        Assert.Contains("Call-ID: c1", await client.HearAsync(End), StringComparison.Ordinal);
        Assert.Equal(1, server.Counters.ActiveConnections);
        Assert.Equal(1, server.Counters.ConnectionsAccepted);

        // From another thread, by address alone: the same connection.
        Assert.Equal(SipSendResult.Queued, server.Transport.Send(new SipFlow(server.Listener, flow.Remote), Wire.Response("again")));
        server.Transport.Flush();
        Assert.Contains("Call-ID: again", await client.HearAsync(End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_are_found_however_the_stream_is_cut()
    {
        await using var server = Start(o => o.Streams.ReceiveBufferSize = 512);
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        var body = new string('b', 3000);
        foreach (var b in Wire.Request("bytewise", body: "12345"))
            await client.SendAsync([b]);
        Assert.Equal("bytewise", (await server.Receiver.NextAsync()).CallId);

        byte[] joined = [.. Wire.Request("one", body: body), .. "\r\n"u8, .. Wire.Request("two"), .. Wire.Request("three", body: body)];
        await client.SendAsync(joined[..3100]);
        await client.SendAsync(joined[3100..]);
        Assert.Equal("one", (await server.Receiver.NextAsync()).CallId);
        Assert.Equal("two", (await server.Receiver.NextAsync()).CallId);
        Assert.Equal("three", (await server.Receiver.NextAsync()).CallId);
    }

    [Fact]
    public async Task A_ping_is_answered_by_a_pong()
    {
        await using var server = Start();
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync("\r\n\r\n");
        Assert.Equal("\r\n", await client.HearAsync("\r\n"));
        await TestTransport.EventuallyAsync(() => server.Counters.KeepAlives == 1);
    }

    [Fact]
    public async Task What_is_no_SIP_closes_the_connection()
    {
        await using var server = Start();
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync("\u0016\u0003\u0001 hello\r\n\r\n");
        await client.HearEndAsync();
        await server.Receiver.NextClosedAsync();
        Assert.Equal(1, server.Counters.DroppedMalformed);
        Assert.Equal(0, server.Transport.ConnectionCount);
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_refused_by_513_and_closes_the_connection()
    {
        await using var server = Start(o => o.Limits = new SipLimits { MaxMessageSize = 2000 });
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync(Wire.Request("big", body: new string('x', 5000)));
        Assert.Equal(513, (await server.Receiver.NextMalformedAsync()).Result.StatusCode);
        await client.HearEndAsync();
        Assert.False(server.Receiver.HasMessage);
    }

    [Fact]
    public async Task A_head_that_never_ends_closes_the_connection()
    {
        await using var server = Start(o => o.Limits = new SipLimits { MaxMessageSize = 2000 });
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync("OPTIONS sip:bob@example.com SIP/2.0\r\n" + string.Concat(Enumerable.Repeat("Subject: and so on\r\n", 150)));
        await client.HearEndAsync();
        await server.Receiver.NextClosedAsync();
        Assert.Equal(1, server.Counters.DroppedTooLarge);
    }

    [Fact]
    public async Task It_all_goes_over_IPv6_as_well()
    {
        var options = TestTransport.Tcp();
        options.EndPoint = new IPEndPoint(IPAddress.IPv6Loopback, 0);
        await using var server = new TestTransport(null, null, options);
        await using var client = new TestTransport(
            null,
            null,
            [new SipListenerOptions { Protocol = SipProtocol.Tcp, EndPoint = new IPEndPoint(IPAddress.IPv6Loopback, 0) }]
        );
        client.Transport.Send(new SipFlow(client.Listener, server.Listener.Local), Wire.Request("six"));
        client.Transport.Flush();
        Assert.Equal("six", (await server.Receiver.NextAsync()).CallId);
    }

    [Fact]
    public void A_far_end_that_vanishes_is_found_out_by_probes_and_unacknowledged_data()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        StreamOpening.Prepare(socket, new SipStreamOptions { KeepAliveTime = TimeSpan.FromSeconds(45) });
        Assert.Equal(1, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal(45, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        Assert.True(socket.NoDelay);
        if (!OperatingSystem.IsLinux())
            return;
        Span<byte> milliseconds = stackalloc byte[4];
        socket.GetRawSocketOption(LinuxSyscalls.IPProtoTcp, LinuxSyscalls.TcpUserTimeout, milliseconds);
        Assert.Equal(20_000, BitConverter.ToInt32(milliseconds));
    }

    [Fact]
    public async Task The_first_message_opens_a_connection_and_those_behind_it_wait_for_it()
    {
        await using var server = Start();
        using var far = Listening();
        var flow = new SipFlow(server.Listener, SipEndPoint.From((IPEndPoint)far.LocalEndPoint!));
        for (var i = 0; i < 10; i++)
            Assert.Equal(SipSendResult.Queued, server.Transport.Send(flow, Wire.Request($"c{i}"), (ulong)i + 1));
        server.Transport.Flush();
        using var client = await StreamClient.AcceptAsync(far);
        for (var i = 0; i < 10; i++)
            Assert.Contains($"Call-ID: c{i}\r\n", await client.HearAsync(End), StringComparison.Ordinal);
        Assert.Equal(1, server.Transport.ConnectionCount);
        Assert.True(((IPEndPoint)client.Socket.RemoteEndPoint!).Address.Equals(server.EndPoint.Address));

        await client.SendAsync(Wire.Request("back"));
        var (callId, back) = await server.Receiver.NextAsync();
        Assert.Equal("back", callId);
        Assert.Equal(flow.Remote, back.Remote);
        Assert.False(server.Receiver.HasFailed);
        Assert.Equal(1, server.Counters.ConnectionsOpened);
    }

    [Fact]
    public async Task Every_message_waiting_for_a_connection_that_is_refused_is_reported()
    {
        await using var server = Start();
        using var far = Listening();
        var target = SipEndPoint.From((IPEndPoint)far.LocalEndPoint!);
        far.Dispose();
        var flow = new SipFlow(server.Listener, target);
        // The refusal may come between two sends: then the second opens anew. Either way each token comes back.
        Assert.Equal(SipSendResult.Queued, server.Transport.Send(flow, Wire.Request("a"), 11));
        Assert.Equal(SipSendResult.Queued, server.Transport.Send(flow, Wire.Request("b"), 12));
        server.Transport.Flush();
        Assert.Equal([11ul, 12ul], new[] { await server.Receiver.NextFailedAsync(), await server.Receiver.NextFailedAsync() }.Order());
        Assert.Equal(target, (await server.Receiver.NextClosedAsync()).Remote);
        Assert.True(server.Counters.ConnectionsFailed >= 1);
    }

    [Fact]
    public async Task A_flow_whose_connection_is_gone_fails_at_once()
    {
        await using var server = Start();
        var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync(Wire.Request("c1"));
        var (_, flow) = await server.Receiver.NextAsync();
        client.Dispose();
        Assert.Equal(flow, await server.Receiver.NextClosedAsync());
        Assert.Equal(SipSendResult.Failed, server.Transport.Send(flow, Wire.Response("c1"), 5));
        Assert.False(server.Receiver.HasFailed);
        Assert.Equal(0, server.Counters.ActiveConnections);
        Assert.Equal(1, server.Counters.ConnectionsClosed);
    }

    [Fact]
    public async Task A_far_end_that_closed_its_sending_side_still_gets_what_was_queued()
    {
        await using var server = Start();
        server.Receiver.Then = Answer(server);
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync(Wire.Request("last"));
        client.Socket.Shutdown(SocketShutdown.Send);
        Assert.Contains("Call-ID: last", await client.HearAsync(End), StringComparison.Ordinal);
        Assert.Equal(0, await client.HearEndAsync());
    }

    [Fact]
    public async Task Connections_beyond_the_limits_are_closed_at_once()
    {
        await using var server = Start(o => o.Streams.MaxConnectionsPerAddress = 2);
        using var first = await StreamClient.ConnectAsync(server.EndPoint);
        using var second = await StreamClient.ConnectAsync(server.EndPoint);
        await TestTransport.EventuallyAsync(() => server.Transport.ConnectionCount == 2);
        using var third = await StreamClient.ConnectAsync(server.EndPoint);
        Assert.Equal(0, await third.HearEndAsync());
        Assert.Equal(1, server.Counters.ConnectionsRefused);

        first.Dispose();
        await server.Receiver.NextClosedAsync();
        using var fourth = await StreamClient.ConnectAsync(server.EndPoint);
        await fourth.SendAsync(Wire.Request("c4"));
        Assert.Equal("c4", (await server.Receiver.NextAsync()).CallId);
    }

    [Fact]
    public async Task Outbound_connections_have_a_limit_of_their_own()
    {
        await using var server = Start(o =>
        {
            o.Streams.MaxConnections = 1;
            o.Streams.MaxOutboundConnections = 1;
        });
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await TestTransport.EventuallyAsync(() => server.Transport.ConnectionCount == 1);
        using var far = Listening();
        using var further = Listening();
        server.Transport.SendFor(
            new SipFlow(server.Listener, SipEndPoint.From((IPEndPoint)far.LocalEndPoint!)),
            Wire.Request("x"),
            0,
            default,
            out var id
        );
        await TestTransport.EventuallyAsync(() => server.Transport.StateOf(id) == SipConnectionState.Open);
        server.Transport.MarkKnown(id);
        Assert.Equal(
            SipSendResult.Failed,
            server.Transport.Send(new SipFlow(server.Listener, SipEndPoint.From((IPEndPoint)further.LocalEndPoint!)), Wire.Request("x"))
        );
        Assert.Equal(2, server.Transport.ConnectionCount);
        Assert.Equal(1, server.Counters.ConnectsRefused);
    }

    [Fact]
    public async Task A_silent_connection_is_closed_after_the_idle_time_and_an_active_one_is_not()
    {
        var clock = new SimulatedClock();
        await using var server = Start(o => o.Streams.IdleTimeout = TimeSpan.FromMinutes(2), clock);
        using var silent = await StreamClient.ConnectAsync(server.EndPoint);
        using var active = await StreamClient.ConnectAsync(server.EndPoint);
        await silent.SendAsync(Wire.Request("silent"));
        await server.Receiver.NextAsync();
        await active.SendAsync(Wire.Request("active"));
        await server.Receiver.NextAsync();
        for (var i = 0; i < 3; i++)
        {
            await active.SendAsync("\r\n\r\n");
            await active.HearAsync("\r\n");
            await TestTransport.EventuallyAsync(() => server.Counters.KeepAlives == i + 1 && server.Counters.Sent == i + 1);
            clock.RunFor(TimeSpan.FromSeconds(50));
        }
        Assert.Equal(0, await silent.HearEndAsync());
        Assert.Equal(1, server.Counters.ConnectionsTimedOut);
        Assert.Equal(1, server.Transport.ConnectionCount);
    }

    [Fact]
    public async Task An_unfinished_message_has_its_time_and_half_a_ping_has_all_the_time()
    {
        var clock = new SimulatedClock();
        await using var server = Start(null, clock);
        using var slow = await StreamClient.ConnectAsync(server.EndPoint);
        using var patient = await StreamClient.ConnectAsync(server.EndPoint);
        await slow.SendAsync("OPTIONS sip:bob@example.com SIP/2.0\r\nVia: ");
        await patient.SendAsync([.. Wire.Request("c1"), .. "\r\n"u8]);
        await server.Receiver.NextAsync();
        using var end = new CancellationTokenSource(TestReceiver.Patience);
        var closed = slow.HearEndAsync();
        while (!closed.IsCompleted)
        {
            clock.RunFor(TimeSpan.FromSeconds(1)); // the read may come after the clock moved: then it moves on
            await Task.WhenAny(closed, Task.Delay(5, end.Token));
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(9));
        }
        Assert.Equal(1, server.Counters.ConnectionsTimedOut);
        Assert.Equal(1, server.Transport.ConnectionCount);
    }

    [Fact]
    public async Task A_far_end_that_does_not_read_is_refused_more_then_closed_and_its_messages_are_reported()
    {
        var clock = new SimulatedClock();
        await using var server = Start(
            o =>
            {
                o.Streams.OutputLimit = 64 * 1024;
                o.Streams.SlowReaderThreshold = 16 * 1024;
            },
            clock
        );
        using var client = await StreamClient.ConnectAsync(server.EndPoint, receiveBuffer: 4096);
        await client.SendAsync(Wire.Request("c1"));
        var (_, flow) = await server.Receiver.NextAsync();
        var message = new byte[8 * 1024];
        message.AsSpan().Fill((byte)'x');
        ulong token = 0;
        // The kernels on both sides take a few megabytes, then the connection's own output fills.
        while (server.Transport.Send(flow, message, ++token) == SipSendResult.Queued)
        {
            server.Transport.Flush();
            Assert.True(token < 100_000);
        }
        Assert.True(server.Counters.SendFailed == 1);

        // Nor is it read from any more.
        await client.SendAsync(Wire.Request("unheard"));
        clock.RunFor(TimeSpan.FromSeconds(25));
        Assert.Equal(flow, await server.Receiver.NextClosedAsync());
        Assert.Equal(1, server.Counters.SlowReadersClosed);
        var failed = new List<ulong>();
        while (server.Receiver.HasFailed)
            failed.Add(await server.Receiver.NextFailedAsync());
        Assert.NotEmpty(failed);
        Assert.Equal(failed, Enumerable.Range((int)token - failed.Count, failed.Count).Select(t => (ulong)t));
    }

    [Fact]
    public async Task Stopping_lets_the_queued_leave_and_closes_properly()
    {
        var server = Start();
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync(Wire.Request("c1"));
        var (_, flow) = await server.Receiver.NextAsync();
        var message = new byte[200_000];
        for (var i = 0; i < 4; i++)
            Assert.Equal(SipSendResult.Queued, server.Transport.Send(flow, message));
        var stop = server.Transport.StopAsync(new CancellationTokenSource(TestReceiver.Patience).Token);
        Assert.Equal(800_000, await client.HearEndAsync());
        await stop;
        await Assert.ThrowsAnyAsync<SocketException>(() => StreamClient.ConnectAsync(server.EndPoint));
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Random_bytes_and_broken_connections_leave_nothing_behind()
    {
        await using var server = Start();
        var random = new Random(3);
        for (var i = 0; i < 60; i++)
        {
            using var client = await StreamClient.ConnectAsync(server.EndPoint);
            byte[] bytes = [.. Wire.Request($"c{i}", body: "hello")];
            for (var flips = random.Next(6); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            await client.SendAsync(bytes[..random.Next(1, bytes.Length)]);
            if (i % 2 == 0)
                client.Socket.LingerState = new LingerOption(true, 0); // reset instead of FIN
        }
        using var good = await StreamClient.ConnectAsync(server.EndPoint);
        await good.SendAsync(Wire.Request("good"));
        while ((await server.Receiver.NextAsync()).CallId != "good") { }
        await TestTransport.EventuallyAsync(() => server.Transport.ConnectionCount == 1);
        Assert.Equal(0, server.Counters.ReceiverFaults);
    }

    private static TestTransport Start(Action<SipTransportOptions>? configure = null, TimeProvider? time = null) =>
        new(configure, time, TestTransport.Tcp());

    private static TestReceiver.MessageAction Answer(TestTransport server) =>
        (SipMessage message, in SipFlow flow) => server.Transport.Send(flow, Wire.Response(Encoding.UTF8.GetString(message.CallId)));

    private static Socket Listening()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }
}
