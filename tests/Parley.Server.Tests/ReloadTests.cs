using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>The running process: SIGHUP changes log levels, SIGTERM lets an early call go on and answers OPTIONS with 503.</summary>
public class ReloadTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Log_levels_and_the_filter_of_messages_are_read_again()
    {
        var port = ServerProcess.FreePort();
        await using var server = ServerProcess.Start("run", $$""" "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{port}}" } ] """);
        await server.ReadUntilAsync("Parley is ready", Limit);
        await File.WriteAllTextAsync(
            server.SettingsFile,
            $$"""
            { "Logging": { "LogLevel": { "Parley.Messages": "Debug" } },
              "Parley": { "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{port}}" } ], "Messages": { "Users": [ "traced" ] } } }
            """,
            TestContext.Current.CancellationToken
        );
        server.Hangup();
        await server.ReadUntilAsync("Settings reloaded", Limit);
        using var phone = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        phone.Connect(IPAddress.Loopback, port);
        await AskAsync(phone, "OPTIONS", "other", "a");
        await AskAsync(phone, "OPTIONS", "traced", "b");
        var line = await server.ReadUntilAsync("Parley.Messages[1041]", Limit);
        Assert.Contains($"dbug: Parley.Messages[1041] received udp 127.0.0.1:{port} <- 127.0.0.1:", line, StringComparison.Ordinal);
        Assert.Contains($"OPTIONS sip:127.0.0.1:{port} SIP/2.0\\r\\nVia: ", line, StringComparison.Ordinal);
        Assert.Contains("<sip:traced@elsewhere.example>", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_draining_a_call_that_does_not_ring_yet_counts_and_OPTIONS_get_503()
    {
        var port = ServerProcess.FreePort();
        await using var server = ServerProcess.Start(
            "run",
            $$""" "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{port}}" } ], "DrainLimit": 60 """
        );
        await server.ReadUntilAsync("Parley is ready", Limit);
        using var phone = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        phone.Connect(IPAddress.Loopback, port);
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var callee = ((IPEndPoint)silent.Client.LocalEndPoint!).Port;
        Assert.Equal(200, await AskAsync(phone, "OPTIONS", "alice", "o1"));
        Assert.Equal(200, await AskAsync(phone, "REGISTER", "bob", "r1", $"Contact: <sip:bob@127.0.0.1:{callee}>\r\n"));
        Assert.Equal(100, await AskAsync(phone, "INVITE", "alice", "c1", "Contact: <sip:alice@127.0.0.1>\r\n", "bob@", final: false));
        server.Terminate();
        Assert.Contains("Draining: 1 calls go on", await server.ReadUntilAsync("[1004]", Limit), StringComparison.Ordinal);
        Assert.Equal(503, await AskAsync(phone, "OPTIONS", "alice", "o2"));
        server.Terminate();
        Assert.Equal(0, await server.WaitForExitAsync(Limit));
    }

    private static async Task<int> AskAsync(
        UdpClient phone,
        string method,
        string user,
        string id,
        string lines = "",
        string at = "",
        bool final = true
    )
    {
        var server = phone.Client.RemoteEndPoint;
        var to = method == "REGISTER" ? $"sip:{user}@{server}" : $"sip:{at}{server}";
        var uri = method == "REGISTER" ? $"sip:{server}" : to;
        var text =
            $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {phone.Client.LocalEndPoint};branch=z9hG4bK{id};rport\r\nMax-Forwards: 70\r\n"
            + $"From: <sip:{user}@elsewhere.example>;tag=f\r\nTo: <{to}>\r\nCall-ID: {id}\r\nCSeq: 1 {method}\r\n{lines}Content-Length: 0\r\n\r\n";
        await phone.SendAsync(Encoding.ASCII.GetBytes(text));
        using var timeout = new CancellationTokenSource(Limit);
        while (true)
        {
            var answer = Encoding.ASCII.GetString((await phone.ReceiveAsync(timeout.Token)).Buffer);
            var status = int.Parse(answer.AsSpan(8, 3), System.Globalization.CultureInfo.InvariantCulture);
            if (answer.Contains($"Call-ID: {id}\r\n", StringComparison.Ordinal) && (!final || status >= 200))
                return status;
        }
    }
}
