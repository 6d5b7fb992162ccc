using System.Net;
using System.Net.Sockets;
using Parley.Testing;
using Xunit;

namespace Parley.Transport.Tests.Streams;

/// <summary>What a stranger may keep of the connections, and what a phone keeps.</summary>
public class StrangerTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\r\n\r\n")]
    [InlineData("OPTIONS sip:a")]
    public async Task A_connection_that_says_nothing_is_closed(string said)
    {
        var clock = new SimulatedClock();
        await using var server = Start(clock, o => o.Streams.PartialMessageTimeout = TimeSpan.FromMinutes(1));
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync(said);
        await TestTransport.EventuallyAsync(() => server.Counters.ConnectionsAccepted == 1);
        for (var i = 0; i < 9; i++)
            clock.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(1, server.Transport.ConnectionCount);
        for (var i = 0; i < 3; i++)
            clock.RunFor(TimeSpan.FromSeconds(1));
        await client.HearEndAsync();
        Assert.Equal(1, server.Counters.SilentClosed);
        Assert.Equal(1, server.Counters.ConnectionsTimedOut);
    }

    [Fact]
    public async Task A_stranger_is_closed_sooner_than_who_is_known()
    {
        var clock = new SimulatedClock();
        await using var server = Start(clock, static o => o.Streams.IdleTimeout = TimeSpan.FromMinutes(10));
        using var stranger = await StreamClient.ConnectAsync(server.EndPoint);
        using var phone = await StreamClient.ConnectAsync(server.EndPoint);
        await stranger.SendAsync(Wire.Request("stranger"));
        await server.Receiver.NextAsync();
        await phone.SendAsync(Wire.Request("phone"));
        var flow = (await server.Receiver.NextAsync()).Flow;
        server.Transport.MarkKnown(flow.ConnectionId);
        for (var i = 0; i < 22; i++)
            clock.RunFor(TimeSpan.FromSeconds(10));
        await stranger.HearEndAsync();
        Assert.Equal(SipConnectionState.Open, server.Transport.StateOf(flow.ConnectionId));
        for (var i = 0; i < 60; i++)
            clock.RunFor(TimeSpan.FromSeconds(10));
        await phone.HearEndAsync();
        Assert.Equal(SipConnectionState.Gone, server.Transport.StateOf(flow.ConnectionId));
        Assert.Equal(2, server.Counters.ConnectionsTimedOut);
    }

    [Fact]
    public async Task At_the_limit_the_idlest_stranger_goes_first()
    {
        var clock = new SimulatedClock();
        await using var server = Start(clock, o => o.Streams.MaxConnections = 4);
        var clients = new List<StreamClient>();
        for (var i = 0; i < 4; i++)
        {
            clients.Add(await StreamClient.ConnectAsync(server.EndPoint));
            await clients[i].SendAsync(Wire.Request("c" + i));
            var flow = (await server.Receiver.NextAsync()).Flow;
            if (i == 0)
                server.Transport.MarkKnown(flow.ConnectionId); // the idlest, but a phone
            clock.RunFor(TimeSpan.FromMilliseconds(100));
        }
        await clients[1].SendAsync(Wire.Request("again")); // now 2 has been idle longest
        await server.Receiver.NextAsync();
        clock.RunFor(TimeSpan.FromMilliseconds(100));

        using var fifth = await StreamClient.ConnectAsync(server.EndPoint);
        await fifth.SendAsync(Wire.Request("fifth"));
        Assert.Equal("fifth", (await server.Receiver.NextAsync()).CallId);
        await clients[2].HearEndAsync();
        Assert.Equal(1, server.Counters.StrangersDisplaced);
        Assert.Equal(0, server.Counters.ConnectionsRefused);
        foreach (var still in new[] { 0, 1, 3 })
        {
            await clients[still].SendAsync(Wire.Request("still " + still));
            Assert.Equal("still " + still, (await server.Receiver.NextAsync()).CallId);
        }
        clients.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task When_nobody_is_a_stranger_a_further_connection_is_refused()
    {
        await using var server = Start(new SimulatedClock(), o => o.Streams.MaxConnections = 2);
        using var one = await StreamClient.ConnectAsync(server.EndPoint);
        using var two = await StreamClient.ConnectAsync(server.EndPoint);
        foreach (var client in new[] { one, two })
        {
            await client.SendAsync(Wire.Request("c"));
            server.Transport.MarkKnown((await server.Receiver.NextAsync()).Flow.ConnectionId);
        }
        using var three = await StreamClient.ConnectAsync(server.EndPoint);
        await three.HearEndAsync();
        await TestTransport.EventuallyAsync(() => server.Counters.ConnectionsRefused == 1);
        Assert.Equal(2, server.Transport.ConnectionCount);
    }

    [Fact]
    public async Task Connections_being_opened_are_bounded_in_all_and_per_source_and_keep_nobody_out()
    {
        await using var server = Start(
            TimeProvider.System,
            o =>
            {
                o.Streams.MaxConnections = 1;
                o.Streams.MaxPendingConnects = 5;
                o.Streams.MaxPendingConnectsPerSource = 3;
            }
        );
        using var hole = new BlackHole();
        SipSendResult Send(int to, string source) =>
            server.Transport.SendFor(
                new SipFlow(server.Listener, hole.At(to)),
                Wire.Request("x"),
                0,
                SipEndPoint.From(IPAddress.Parse(source), 5060),
                out _
            );

        Assert.Equal(
            [SipSendResult.Queued, SipSendResult.Queued, SipSendResult.Queued, SipSendResult.Failed],
            new[] { 1, 2, 3, 4 }.Select(i => Send(i, "198.51.100.1"))
        );
        Assert.Equal(SipSendResult.Queued, Send(1, "198.51.100.1")); // joins the one that is being opened
        Assert.Equal(
            [SipSendResult.Queued, SipSendResult.Queued, SipSendResult.Failed],
            new[] { 5, 6, 7 }.Select(i => Send(i, "198.51.100.2"))
        );
        Assert.Equal(2, server.Counters.ConnectsRefused);

        using var phone = await StreamClient.ConnectAsync(server.EndPoint);
        await phone.SendAsync(Wire.Request("phone"));
        Assert.Equal("phone", (await server.Receiver.NextAsync()).CallId);
    }

    [Fact]
    public async Task An_ended_connect_gives_its_place_back()
    {
        await using var server = Start(TimeProvider.System, o => o.Streams.MaxPendingConnectsPerSource = 1);
        var source = SipEndPoint.From(IPAddress.Parse("2001:db8::1"), 5060);
        for (var i = 0; i < 20; i++)
        {
            var refused = new SipFlow(server.Listener, SipEndPoint.From(IPAddress.Loopback, ClosedPort()));
            Assert.Equal(SipSendResult.Queued, server.Transport.SendFor(refused, Wire.Request("x"), 7, source, out var id));
            Assert.NotEqual(0, id);
            Assert.Equal(7ul, await server.Receiver.NextFailedAsync());
            Assert.Equal(id, (await server.Receiver.NextClosedAsync()).ConnectionId);
        }
    }

    [Fact]
    public async Task At_the_limit_of_outbound_connections_the_idlest_stranger_goes_first()
    {
        await using var a = Start(TimeProvider.System);
        await using var b = Start(TimeProvider.System);
        await using var c = Start(TimeProvider.System);
        await using var client = Start(TimeProvider.System, o => o.Streams.MaxOutboundConnections = 2);
        foreach (var server in new[] { a, b, c })
        {
            Assert.Equal(
                SipSendResult.Queued,
                client.Transport.Send(new SipFlow(client.Listener, server.Listener.Local), Wire.Request("x"))
            );
            client.Transport.Flush();
            await server.Receiver.NextAsync();
        }
        Assert.Equal(1, client.Counters.StrangersDisplaced);
        Assert.Equal(a.Listener.Local, (await client.Receiver.NextClosedAsync()).Remote);
    }

    private static TestTransport Start(TimeProvider time, Action<SipTransportOptions>? configure = null) =>
        new(configure, time, TestTransport.Tcp());

    private static int ClosedPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Listens on all of 127.0.0.0/8 with a full queue: whoever connects waits.</summary>
    private sealed class BlackHole : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _fillers = [];

        public BlackHole()
        {
            _socket.Bind(new IPEndPoint(IPAddress.Any, 0));
            _socket.Listen(0);
            Task last;
            do
            {
                var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _fillers.Add(filler);
                last = filler.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)_socket.LocalEndPoint!).Port);
            } while (SpinWait.SpinUntil(() => last.IsCompleted, TimeSpan.FromMilliseconds(300)) && _fillers.Count < 100);
            last.ContinueWith(
                static t => t.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default
            );
        }

        public SipEndPoint At(int host) =>
            SipEndPoint.From(new IPAddress([127, 0, 0, (byte)host]), ((IPEndPoint)_socket.LocalEndPoint!).Port);

        public void Dispose()
        {
            _fillers.ForEach(static f => f.Dispose());
            _socket.Dispose();
        }
    }
}
