using System.Net.Sockets;
using System.Text;
using Parley.Server.Hosting;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>What systemd's watchdog gets.</summary>
public class WatchdogTests
{
    [Theory]
    [InlineData("30000000", null, 15_000)]
    [InlineData("30000000", "7", 15_000)]
    [InlineData("30000000", "8", null)]
    [InlineData("0", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void It_speaks_twice_in_the_time_that_systemd_gives_this_process(string? limit, string? process, int? milliseconds) =>
        Assert.Equal(milliseconds is { } m ? TimeSpan.FromMilliseconds(m) : null, Watchdog.IntervalOf(limit, process, own: 7));

    [Fact]
    public async Task A_running_server_says_that_it_lives()
    {
        var path = Path.Combine(TestFolder.ForTest("pw"), "n"); // a Unix socket's path is short
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        await using var server = ServerProcess.Start(
            "run",
            $$""" "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{ServerProcess.FreePort()}}" } ] """,
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path, ["WATCHDOG_USEC"] = "200000" }
        );
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[256];
        var alive = 0;
        while (alive < 3)
        {
            var length = await socket.ReceiveAsync(buffer, limit.Token);
            if (Encoding.ASCII.GetString(buffer, 0, length).Contains("WATCHDOG=1", StringComparison.Ordinal))
                alive++;
        }
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
