using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests.Hep;

public class HepTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task All_messages_of_a_call_come_to_the_collector_with_way_and_Call_ID()
    {
        using var collector = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        collector.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(options =>
        {
            options.Hep.Mode = HepMode.All;
            options.Hep.Target = $"udp:127.0.0.1:{((IPEndPoint)collector.LocalEndPoint!).Port}";
            options.Hep.Key = "secret";
            options.Hep.CaptureId = 77;
        });
        var recorder = new Parley.Testing.Recorder(proxy.Clock);
        proxy.Network.Attach(recorder);
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        call.Bye();
        proxy.Run(1);
        List<RecordedMessageLine> expected =
        [
            .. recorder.Messages.Select(static m => new RecordedMessageLine(m.From, m.To, Encoding.UTF8.GetString(m.Bytes))),
        ];
        List<HepPacket> packets = [];
        while (packets.Count < expected.Count)
            packets.Add(await ReceiveAsync(collector));
        foreach (RecordedMessageLine line in expected)
            Assert.Contains(
                packets,
                p =>
                    p.Source.Address.ToString() == line.From
                    && p.Target.Address.ToString() == line.To
                    && Encoding.UTF8.GetString(p.Payload) == line.Text
            );
        Assert.All(
            packets,
            p =>
            {
                Assert.Equal((77u, HepPacket.Sip, 17), (p.CaptureId, p.Kind, p.Protocol));
                Assert.Equal("secret"u8.ToArray(), p.Key);
                Assert.Equal(call.CallId, Encoding.UTF8.GetString(p.Correlation!));
                Assert.InRange(p.Time, proxy.Clock.GetUtcNow() - TimeSpan.FromSeconds(3), proxy.Clock.GetUtcNow());
            }
        );
    }

    [Fact]
    public async Task A_call_is_chosen_and_left_at_run_time()
    {
        await using var sink = await Collector.StartAsync();
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(options =>
        {
            options.Hep.Target = sink.Place;
            options.Recorder.Mode = RecorderMode.Off;
        });
        await ExpectAsync(proxy, "off", [], []);
        Assert.Equal("OK", (await proxy.Mi.CallAsync("hep_trace", new { mode = "selected" })).GetString());
        Assert.Equal("OK", (await proxy.Mi.CallAsync("hep_trace", new { action = "add", user = "carol" })).GetString());
        await ExpectAsync(proxy, "selected", [], ["carol"]);
        proxy.Call("bob");
        proxy.Run(1);
        ScriptedCall chosen = proxy.Call("carol");
        proxy.Run(1);
        await sink.WaitAsync(static packets => packets.Any(static p => Text(p).StartsWith("ACK", StringComparison.Ordinal)));
        Assert.All(sink.Packets, p => Assert.Equal(chosen.CallId, Encoding.UTF8.GetString(p.Correlation!)));

        await proxy.Mi.CallAsync("hep_trace", new { action = "remove", user = "carol" });
        await proxy.Mi.CallAsync("hep:trace", new { action = "add", call_id = chosen.CallId });
        await ExpectAsync(proxy, "selected", [chosen.CallId], []);
        chosen.Bye();
        proxy.Run(1);
        await sink.WaitAsync(static packets => packets.Any(static p => Text(p).StartsWith("BYE", StringComparison.Ordinal)));
        await proxy.Mi.CallAsync("hep_trace", new { mode = "off" });
        // Nothing is left in the way of messages.
        Assert.Null(proxy.Application.Transport.Tap);
    }

    [Fact]
    public async Task Bad_changes_are_refused()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        await RefusedAsync(proxy, new { mode = "all" }, "No target");
        await RefusedAsync(proxy, new { mode = "some" }, "Bad mode");
        await RefusedAsync(proxy, new { action = "drop", user = "x" }, "Bad action");
        await RefusedAsync(proxy, new { action = "add", call_id = "" }, "Bad call_id");
    }

    [Fact]
    public async Task Without_a_collector_messages_are_dropped_and_counted_and_no_call_waits()
    {
        // TCP: nothing listens there.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(options =>
        {
            options.Hep.Mode = HepMode.All;
            options.Hep.Target = $"tcp:{taken.LocalEndPoint}";
            options.Hep.QueueSize = 16;
        });
        for (int i = 0; i < 5; i++)
        {
            ScriptedCall call = proxy.Call();
            proxy.Run(1);
            Assert.Equal(CallState.Established, call.State);
        }

        HepService hep = proxy.Application.Services.GetRequiredService<HepService>();
        Assert.True(hep.Dropped > 0);
        Assert.Equal(16, hep.Export.Queue.Reader.Count);
        JsonElement statistics = await proxy.Mi.CallAsync("get_statistics", new { statistics = new[] { "hep:" } });
        Assert.True(statistics.GetProperty("hep:dropped_packets").GetInt64() > 0);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Packets_of_others_come_in_and_bad_ones_are_counted(string protocol)
    {
        await using var sink = await Collector.StartAsync(protocol, key: "let-me-in");
        using Socket other = await sink.ConnectAsync();
        await other.SendAsync(Packet("OPTIONS sip:x SIP/2.0\r\n\r\n", "let-me-in"));
        await sink.WaitAsync(static packets => packets.Count == 1);
        Assert.StartsWith("OPTIONS", Text(sink.Packets.Single()), StringComparison.Ordinal);
        await other.SendAsync(Packet("MESSAGE sip:x SIP/2.0\r\n\r\n", "wrong"));
        byte[] last = Packet("INFO sip:x SIP/2.0\r\n\r\n", "let-me-in");
        if (protocol == "tcp")
        {
            // In two pieces, with the next one behind it.
            await other.SendAsync(last[..20]);
            await Task.Delay(50);
            await other.SendAsync((byte[])[.. last[20..], .. last]);
            await sink.WaitAsync(static packets => packets.Count == 3);
            Assert.Equal(1, sink.Refused);
            await other.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            Assert.Equal(0, await other.ReceiveAsync(new byte[1]).WaitAsync(Patience)); // closed
        }
        else
        {
            await other.SendAsync("garbage"u8.ToArray());
            await other.SendAsync(last);
            await sink.WaitAsync(static packets => packets.Count == 2);
        }

        Assert.Equal(2, sink.Refused);
    }

    [Fact]
    public async Task What_comes_in_is_in_the_recorder_as_a_call_of_others()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(options => options.Hep.Listen.Add("udp:127.0.0.1:0"));
        HepService hep = proxy.Application.Services.GetRequiredService<HepService>();
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await other.ConnectAsync(hep.Receivers[0].Local);
        const string Invite =
            "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx\r\nFrom: <sip:a@example.com>;tag=1\r\n"
            + "To: <sip:bob@example.com>\r\nCall-ID: of-others\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
        await other.SendAsync(Packet(Invite, ""));
        ICallRecorder recorder = proxy.Application.Services.GetRequiredService<ICallRecorder>();
        RecordedCall? call = null;
        using var patience = new CancellationTokenSource(Patience);
        while (!recorder.TryGet("of-others", out call))
            await Task.Delay(10, patience.Token);
        var message = Assert.Single(call.Entries.OfType<RecordedMessage>());
        Assert.Equal(("192.0.2.9:5060", "192.0.2.7:5070"), (message.From, message.To));
        Assert.True(message.IsForeign);
        Assert.DoesNotContain(RecordedCall.Own, call.Participants);
    }

    [Fact]
    public async Task The_API_reads_and_changes_what_goes_out()
    {
        await using var sink = await Collector.StartAsync();
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(options => options.Hep.Target = sink.Place);
        using var client = new HttpClient { BaseAddress = proxy.BaseUrl };
        using HttpResponseMessage changed = await client.PatchAsJsonAsync(
            "api/v1/hep",
            new
            {
                mode = "selected",
                addCallIds = new[] { "a@b" },
                addUsers = new[] { "bob", "carol" },
                removeUsers = new[] { "bob" },
            }
        );
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        JsonElement state = await client.GetFromJsonAsync<JsonElement>("api/v1/hep");
        Assert.Equal("selected", state.GetProperty("mode").GetString());
        Assert.Equal("a@b", state.GetProperty("callIds")[0].GetString());
        Assert.Equal(2, state.GetProperty("users").GetArrayLength());
        using HttpResponseMessage bad = await client.PatchAsJsonAsync("api/v1/hep", new { mode = "loud" });
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Contains(proxy.Log.Lines, static line => line.Contains("changeHep", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("udp:0.0.0.0:9060", "beyond loopback")]
    [InlineData("sctp:127.0.0.1:9060", "is not a place")]
    [InlineData("udp:localhost:9060", "is not a place")]
    public async Task A_place_that_cannot_be_stops_the_start(string place, string part)
    {
        var error = await Assert.ThrowsAsync<ManagementException>(() => ManagedProxy.StartAsync(o => o.Hep.Listen.Add(place)));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mode_without_a_target_stops_the_start()
    {
        var error = await Assert.ThrowsAsync<ManagementException>(() => ManagedProxy.StartAsync(o => o.Hep.Mode = HepMode.All));
        Assert.Contains("Hep:Target", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Packet(string text, string key)
    {
        var writer = new HepWriter(1, Encoding.ASCII.GetBytes(key));
        byte[] message = Encoding.ASCII.GetBytes(text);
        byte[] buffer = new byte[writer.RoomFor(message, "a"u8)];
        var source = Parley.Transport.SipEndPoint.From(IPAddress.Parse("192.0.2.9"), 5060);
        var target = Parley.Transport.SipEndPoint.From(IPAddress.Parse("192.0.2.7"), 5070);
        return buffer[..writer.Write(buffer, DateTimeOffset.UnixEpoch, source, target, 17, message, "a"u8)];
    }

    private static string Text(HepPacket packet) => Encoding.UTF8.GetString(packet.Payload);

    private static async Task<HepPacket> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[65_536];
        int length = await socket.ReceiveAsync(buffer).WaitAsync(Patience);
        Assert.True(HepPacket.TryRead(buffer.AsSpan(0, length), out HepPacket? packet));
        return packet!;
    }

    private static async Task ExpectAsync(ManagedProxy proxy, string mode, string[] callIds, string[] users)
    {
        JsonElement state = await proxy.Mi.CallAsync("hep_trace");
        Assert.Equal(mode, state.GetProperty("mode").GetString());
        Assert.Equal(callIds, state.GetProperty("call_ids").EnumerateArray().Select(static e => e.GetString()));
        Assert.Equal(users, state.GetProperty("users").EnumerateArray().Select(static e => e.GetString()));
    }

    private static async Task RefusedAsync(ManagedProxy proxy, object parameters, string part)
    {
        Assert.Contains(part, await proxy.Mi.ErrorAsync("hep_trace", parameters), StringComparison.Ordinal);
    }

    private sealed record RecordedMessageLine(string From, string To, string Text);

    /// <summary>The receiving side as another program would have it.</summary>
    private sealed class Collector : IHepSink, IAsyncDisposable
    {
        private readonly ConcurrentQueue<HepPacket> _packets = new();
        private readonly HepReceiver _receiver;
        private readonly bool _isTcp;

        private Collector(string protocol, string key)
        {
            _isTcp = protocol == "tcp";
            Assert.True(HepPlace.TryParse($"{protocol}:127.0.0.1:0", out HepPlace place));
            _receiver = new HepReceiver(
                place,
                key,
                [this],
                TimeProvider.System,
                Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance
            );
        }

        public IReadOnlyCollection<HepPacket> Packets => _packets;

        public long Refused => _receiver.Refused;

        public string Place => $"udp:{_receiver.Local}";

        public static Task<Collector> StartAsync(string protocol = "udp", string key = "")
        {
            var collector = new Collector(protocol, key);
            collector._receiver.Start();
            return Task.FromResult(collector);
        }

        public async Task<Socket> ConnectAsync()
        {
            var socket = new Socket(
                AddressFamily.InterNetwork,
                _isTcp ? SocketType.Stream : SocketType.Dgram,
                _isTcp ? ProtocolType.Tcp : ProtocolType.Udp
            );
            await socket.ConnectAsync(_receiver.Local);
            return socket;
        }

        public async Task WaitAsync(Func<IReadOnlyCollection<HepPacket>, bool> condition)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (!condition(_packets))
                await Task.Delay(10, patience.Token);
        }

        public void Take(HepPacket packet) => _packets.Enqueue(packet);

        public async ValueTask DisposeAsync() => await _receiver.DisposeAsync();
    }
}
