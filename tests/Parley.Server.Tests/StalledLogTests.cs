using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>Standard output is a pipe that nobody reads: the server answers, ends, and says what was lost.</summary>
public class StalledLogTests
{
    private const int Lines = 20_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> EveryLine = new() { ["Logging__LogLevel__Parley.Proxy"] = "Debug" };

    [Fact]
    public async Task A_log_that_nobody_reads_does_not_stop_the_server()
    {
        var port = ServerProcess.FreePort();
        await using var server = ServerProcess.Start("run", Settings(port), EveryLine);
        await server.ReadUntilAsync("Parley is ready", Limit);
        using var client = await FloodAsync(port);

        // From here on the reader is back.
        var dropped = await server.ReadUntilAsync("lines of this log were dropped here", Limit);
        Assert.Matches(@"warn: Parley\.Log\[3010\] [1-9][0-9]* lines", dropped);
        server.Terminate();
        var last = await server.ReadUntilAsync("Parley has stopped", Limit);
        Assert.Matches(@"log_lines_dropped=[1-9]", last);
        Assert.Equal(0, await server.WaitForExitAsync(Limit));
    }

    [Fact]
    public async Task A_log_that_nobody_reads_does_not_keep_the_server_from_ending()
    {
        var port = ServerProcess.FreePort();
        await using var server = ServerProcess.Start("run", Settings(port), EveryLine);
        await server.ReadUntilAsync("Parley is ready", Limit);
        using var client = await FloodAsync(port);
        server.Terminate();
        Assert.Equal(0, await server.WaitForExitAsync(Limit));
    }

    private static string Settings(int port) =>
        $$""" "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{port}}" } ], "TrustedSources": [ "127.0.0.1" ] """;

    private static UdpClient Client(int port)
    {
        var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        client.Connect(IPAddress.Loopback, port);
        return client;
    }

    /// <summary>Each request makes a line; every answer must come. Far more lines than pipe and queue hold together.</summary>
    private static async Task<UdpClient> FloodAsync(int port)
    {
        var client = Client(port);
        for (var sent = 0; sent < Lines; )
        {
            const int Burst = 50;
            for (var i = 0; i < Burst; i++)
                await client.SendAsync(Request($"call-{sent++}-{new string('x', 120)}"));
            for (var i = 0; i < Burst; i++)
            {
                using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                var answer = await client.ReceiveAsync(timeout.Token);
                Assert.StartsWith("SIP/2.0 5", Encoding.ASCII.GetString(answer.Buffer), StringComparison.Ordinal);
            }
        }
        return client;
    }

    // No listener reaches an IPv6 address: a line at Debug, and an answer.
    private static byte[] Request(string callId) =>
        Encoding.UTF8.GetBytes(
            $"OPTIONS sip:x@[2001:db8::1] SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK{Math.Abs(callId.GetHashCode(StringComparison.Ordinal))}{callId.Length}x{callId.Split('-').ElementAtOrDefault(1)}\r\n"
                + $"Max-Forwards: 70\r\nFrom: <sip:a@example.com>;tag=1\r\nTo: <sip:x@example.com>\r\nCall-ID: {callId}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );
}
