using System.Text;
using System.Text.Json;
using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests.Metrics;

/// <summary>Metrics and traces to a collector, the log as JSON: the server as its own process.</summary>
public class TelemetryTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_collector_gets_the_metrics_and_the_spans_of_a_call()
    {
        var (proxy, callee, management) = (Ports.Next(), Ports.Next(), Ports.Next());
        using var collector = new Collector(Ports.Next());
        await using var parley = await ParleyServer.StartAsync(
            Settings.Udp(proxy, Settings.PrefixRoute("9", callee))
                + $$"""
                , "Management": {
                  "Listen": [ "127.0.0.1:{{management}}" ],
                  "OtlpProtocol": "Http",
                  "Metrics": { "Otlp": "{{collector.Url}}/v1/metrics", "OtlpInterval": 1 },
                  "Traces": { "Otlp": "{{collector.Url}}/v1/traces", "Ratio": 1 }
                }
                """
        );
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var calls = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1", "-d", "200");
        CallTests.AssertClean(await calls.FinishAsync(Limit), 1);
        Assert.True(await collector.WaitForAsync("/v1/metrics", "sip.dialog.setup.duration"), "no metrics");
        Assert.True(await collector.WaitForAsync("/v1/metrics", "dotnet.gc.collections"), "no metrics of .NET");
        Assert.True(await collector.WaitForAsync("/v1/traces", "INVITE branch"), "no span of the branch");
        // The call's own span leaves when its dialog is forgotten.
        Assert.True(await collector.WaitForAsync("/v1/traces", "INVITE call", seconds: 60), "no span of the call");
    }

    [Fact]
    public async Task A_collector_that_is_not_there_is_named_in_the_log_and_stops_no_call()
    {
        var (proxy, callee, management) = (Ports.Next(), Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(
            Settings.Udp(proxy, Settings.PrefixRoute("9", callee))
                + $$"""
                , "Management": {
                  "Listen": [ "127.0.0.1:{{management}}" ],
                  "OtlpProtocol": "Http",
                  "Metrics": { "Otlp": "http://127.0.0.1:{{Ports.Next()}}/v1/metrics", "OtlpInterval": 1 }
                }
                """
        );
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var calls = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1", "-d", "200");
        CallTests.AssertClean(await calls.FinishAsync(Limit), 1);
        await parley.WaitForLineAsync("[7201]");
    }

    [Fact]
    public async Task The_log_as_JSON_is_an_object_a_line_and_its_level_changes_at_run_time()
    {
        var (proxy, callee, management) = (Ports.Next(), Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(
            Settings.Udp(proxy, Settings.PrefixRoute("9", callee))
                + $$""", "Management": { "Listen": [ "127.0.0.1:{{management}}" ] }, "Log": { "Format": "Json" }"""
        );
        await SetLevelAsync(management, 4);
        await using (var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]))
        {
            await using var calls = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1", "-d", "200");
            CallTests.AssertClean(await calls.FinishAsync(Limit), 1);
        }

        await parley.WaitForLineAsync("Call ended");
        await SetLevelAsync(management, 3);
        await parley.StopAsync();
        var lines = parley.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var entries = lines.Select(static line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.Contains(entries, static e => e.GetProperty("level").GetString() == "Debug");
        var ended = Assert.Single(
            entries,
            static e => e.GetProperty("message").GetString()!.StartsWith("Call ended", StringComparison.Ordinal)
        );
        Assert.Equal("Information", ended.GetProperty("level").GetString());
        Assert.Contains(
            ended.GetProperty("values").EnumerateObject(),
            static value => value.Name.Contains("CallId", StringComparison.OrdinalIgnoreCase)
        );
    }

    private static async Task SetLevelAsync(int management, int level)
    {
        using var http = new HttpClient();
        using var content = new StringContent(
            $$$"""{"jsonrpc":"2.0","id":"1","method":"log_level","params":{"level":{{{level}}}}}""",
            Encoding.UTF8,
            "application/json"
        );
        using var response = await http.PostAsync(new Uri($"http://127.0.0.1:{management}/mi"), content);
        response.EnsureSuccessStatusCode();
    }
}
