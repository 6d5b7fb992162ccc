using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests;

/// <summary>A million datagrams that nobody should send, at a running server: it does not crash, does not grow, and serves the next call.</summary>
public class HostileTrafficTests
{
    private const int Datagrams = 1_000_000;

    // Few transactions at once, so that what is left of hostile requests is bounded and memory tells of leaks only.
    private const string Limits = """, "Limits": { "MaxTransactions": 5000 }""";

    private const long AllowedGrowth = 48L << 20;

    [Fact]
    public async Task A_million_random_datagrams_leave_the_server_as_it_was()
    {
        // Hostile INVITEs that are still INVITEs go to a port where nobody is; the call afterwards has a route of its own.
        var (proxy, nobody, callee) = (Ports.Next(), Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(
            Settings.Udp(proxy, Settings.PrefixRoute("9", nobody) + "," + Settings.PrefixRoute("8", callee)) + Limits
        );
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var target = new IPEndPoint(IPAddress.Loopback, proxy).Serialize();
        var source = new HostileDatagrams(seed: 20261123, proxy);

        // Pools, jitted code and the heap take their size in the first half; the second must add nothing.
        await SendAsync(socket, target, source, Datagrams / 2);
        var before = ResidentBytes(parley.Id);
        await SendAsync(socket, target, source, Datagrams / 2);
        var after = ResidentBytes(parley.Id);

        Assert.False(parley.HasExited, parley.Output);
        Assert.True(after - before < AllowedGrowth, $"grew from {before >> 20} to {after >> 20} MiB");
        TestContext.Current.TestOutputHelper?.WriteLine($"resident before {before >> 20} MiB, after {after >> 20} MiB");
        await UntilServedAsync(proxy);
        await CallAfterwardsAsync(proxy, callee);
        Assert.DoesNotContain("Exception", parley.Output, StringComparison.Ordinal);
    }

    private static async Task CallAfterwardsAsync(int proxy, int callee)
    {
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var calls = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "8100", "-m", "1", "-d", "100");
        CallTests.AssertClean(await calls.FinishAsync(TimeSpan.FromSeconds(90)), 1);
        CallTests.AssertClean(await answers.FinishAsync(TimeSpan.FromSeconds(30)), 1);
    }

    /// <summary>What hostile requests left behind fills the limit for up to 64*T1; until then new requests get 503. Served is who is served ten times in a row.</summary>
    private static async Task UntilServedAsync(int proxy)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(IPAddress.Loopback, proxy);
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        var answer = new byte[2048];
        for (int attempt = 0, served = 0; attempt < 100; attempt++)
        {
            var options =
                $"OPTIONS sip:127.0.0.1:{proxy} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKo{attempt}\r\nMax-Forwards: 70\r\n"
                + $"From: <sip:t@127.0.0.1>;tag=t\r\nTo: <sip:127.0.0.1:{proxy}>\r\nCall-ID: served{attempt}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(options));
            var length = await socket.ReceiveAsync(answer).WaitAsync(TimeSpan.FromSeconds(30));
            served = Encoding.ASCII.GetString(answer, 0, length).StartsWith("SIP/2.0 200", StringComparison.Ordinal) ? served + 1 : 0;
            if (served == 10)
                return;
            await Task.Delay(1000);
        }
        Assert.Fail("the server never came back to serving");
    }

    /// <summary>Sends in small bursts, so that they reach the server instead of filling the kernel's buffer.</summary>
    private static async Task SendAsync(Socket socket, SocketAddress target, HostileDatagrams source, int count)
    {
        for (var sent = 0; sent < count; sent++)
        {
            socket.SendTo(source.Next(), SocketFlags.None, target);
            if (sent % 64 == 63)
                await Task.Delay(1);
        }
    }

    private static long ResidentBytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}

/// <summary>Noise, halves of messages, and messages with bytes flipped, cut out, doubled or swapped. The same seed gives the same.</summary>
internal sealed class HostileDatagrams(int seed, int port)
{
    private static readonly string[] Methods = ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "NOTIFY", "PRACK", "WHATEVER"];
    private readonly Random _random = new(seed);
    private readonly byte[] _buffer = new byte[4096];
    private long _number;

    public ReadOnlySpan<byte> Next()
    {
        var length = _random.Next(8) switch
        {
            0 => Noise(),
            1 => Response(),
            _ => Request(),
        };
        for (var changes = _random.Next(1, 6); changes > 0; changes--)
            length = Mutate(length);
        return _buffer.AsSpan(0, length);
    }

    private int Noise()
    {
        var length = _random.Next(0, 1500);
        _random.NextBytes(_buffer.AsSpan(0, length));
        return length;
    }

    private int Request()
    {
        var method = Methods[_random.Next(Methods.Length)];
        var number = _number++;
        return Write(
            $"{method} sip:9100@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{number};rport\r\n"
                + $"Max-Forwards: 70\r\nFrom: <sip:x@127.0.0.1>;tag=f{number}\r\nTo: <sip:9100@127.0.0.1>{(number % 3 == 0 ? ";tag=t" : "")}\r\n"
                + $"Call-ID: hostile{number}@127.0.0.1\r\nCSeq: {number % 1000} {method}\r\nContact: <sip:x@127.0.0.1:9>\r\n"
                + $"Route: <sip:127.0.0.1:{port};lr;did=e64.7f675e24>\r\nContent-Length: 4\r\n\r\nv=0\n"
        );
    }

    private int Response() =>
        Write(
            $"SIP/2.0 {_random.Next(0, 1000)} Something\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{_random.NextInt64():x}\r\n"
                + $"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\nFrom: <sip:x@y>;tag=a\r\nTo: <sip:x@y>;tag=b\r\nCall-ID: r{_number++}\r\n"
                + "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        );

    private int Write(string text) => Encoding.ASCII.GetBytes(text, _buffer);

    private int Mutate(int length)
    {
        if (length < 2)
            return length;
        var at = _random.Next(length);
        var span = Math.Min(_random.Next(1, 60), length - at);
        switch (_random.Next(6))
        {
            case 0:
                _buffer[at] ^= (byte)(1 << _random.Next(8));
                return length;
            case 1:
                _random.NextBytes(_buffer.AsSpan(at, span));
                return length;
            case 2:
                _buffer.AsSpan(at + span, length - at - span).CopyTo(_buffer.AsSpan(at));
                return length - span;
            case 3 when length + span < _buffer.Length:
                _buffer.AsSpan(at, length - at).CopyTo(_buffer.AsSpan(at + span));
                return length + span;
            case 4:
                return at;
            default:
                _buffer.AsSpan(at, span).Fill((byte)" \r\n;,:<>\"%@"[_random.Next(11)]);
                return length;
        }
    }
}
