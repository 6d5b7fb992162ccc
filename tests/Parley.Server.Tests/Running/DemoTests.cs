using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>parley demo: calls within ten seconds of its start, of several kinds, and an end in order.</summary>
public class DemoTests
{
    [Fact]
    public async Task Ten_seconds_after_the_start_there_are_calls_of_several_kinds_and_nothing_is_kept()
    {
        var port = ServerProcess.FreePort();
        await using var demo = ServerProcess.Run(
            new Dictionary<string, string> { ["HOME"] = TestFolder.ForTest("home") },
            "demo",
            "--port",
            $"{port}",
            "--rate",
            "3",
            "--log"
        );
        var started = Stopwatch.StartNew();
        await demo.ReadUntilAsync($"http://127.0.0.1:{port}/", TimeSpan.FromSeconds(30));
        await demo.ReadUntilAsync("Call failed", TimeSpan.FromSeconds(20));
        await demo.ReadUntilAsync("Call started", TimeSpan.FromSeconds(20));
        using var client = new HttpClient();
        long active = 0;
        while (active < 3 && started.Elapsed < TimeSpan.FromSeconds(30))
        {
            active = await ActiveAsync(client, port);
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
        Assert.InRange(active, 3, 1_000);
        demo.Terminate();
        Assert.Equal(0, await demo.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        Assert.DoesNotContain(
            "Unhandled",
            await demo.Errors.ReadToEndAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_line()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var run = await CommandRun.OfAsync("demo", "--port", $"{port}");
        Assert.Equal(78, run.Code);
        Assert.Contains(
            "--port gives the page another port",
            Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal
        );
    }

    private static async Task<long> ActiveAsync(HttpClient client, int port)
    {
        using var body = new StringContent(
            """{"jsonrpc":"2.0","id":"1","method":"get_statistics","params":{"statistics":["dialog:"]}}""",
            Encoding.UTF8,
            "application/json"
        );
        using var response = await client.PostAsync($"http://127.0.0.1:{port}/mi", body, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return answer.GetProperty("result").GetProperty("dialog:active_dialogs").GetInt64();
    }
}
