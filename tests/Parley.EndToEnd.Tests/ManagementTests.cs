using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests;

/// <summary>The server as its own process, asked as an operator's tools ask it.</summary>
public class ManagementTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_call_between_two_SIPp_is_listed_and_ended_with_BYE_both_ways()
    {
        var (proxy, callee, management) = (Ports.Next(), Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(
            Settings.Udp(proxy, Settings.PrefixRoute("9", callee)) + Management(management)
        );
        await parley.WaitForLineAsync($"Management: http://127.0.0.1:{management}/ (the page; MI: /mi)");
        await using var answers = Sipp.Start("Dialogs/hung-up-callee", callee, null, "-m", "1");
        await using var calls = Sipp.Start("Dialogs/hung-up-caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1");
        await parley.WaitForLineAsync("Call started");
        JsonElement dialog = default;
        var waited = Stopwatch.StartNew();
        // State 4: the caller's ACK has come.
        while (waited.Elapsed < Limit && (dialog.ValueKind == JsonValueKind.Undefined || dialog.GetProperty("state").GetInt32() != 4))
            dialog = (await CallAsync(management, "dlg_list", new { })).GetProperty("Dialogs")[0];
        Assert.Equal($"udp:127.0.0.1:{proxy}", dialog.GetProperty("caller_bind_addr").GetString());

        var result = await CallAsync(management, "dlg_end_dlg", new { dialog_id = dialog.GetProperty("ID").GetString() });
        Assert.Equal("OK", result.GetString());
        CallTests.AssertClean(await calls.FinishAsync(Limit), 1);
        CallTests.AssertClean(await answers.FinishAsync(Limit), 1);
        await parley.WaitForLineAsync("reason=\"MI Termination\"");
        await parley.WaitForLineAsync("Management command dlg_end_dlg by 127.0.0.1:");
        var numbers = await CallAsync(management, "get_statistics", new { statistics = new[] { "dialog:", "tm:inuse_transactions" } });
        Assert.Equal(0, numbers.GetProperty("dialog:active_dialogs").GetInt32());
        Assert.Equal(1, numbers.GetProperty("dialog:processed_dialogs").GetInt32());
        Assert.Equal(1, (await parley.StopAsync())["processed_dialogs"]);
    }

    [Fact]
    public async Task A_port_that_is_taken_stops_the_start_with_one_line_and_78()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var parley = ParleyServer.StartUnready(Settings.Udp(Ports.Next()) + Management(port));
        Assert.Equal(78, await parley.WaitForExitAsync(Limit));
        var line = Assert.Single(parley.Output.Split('\n'), l => l.Contains("[1017]", StringComparison.Ordinal));
        Assert.Contains($"127.0.0.1:{port}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switched_off_it_opens_nothing()
    {
        await using var parley = await ParleyServer.StartAsync(Settings.Udp(Ports.Next()) + ", \"Management\": { \"Enabled\": false }");
        Assert.DoesNotContain("Parley.Management[", parley.Output, StringComparison.Ordinal);
    }

    private static string Management(int port) => $$""", "Management": { "Listen": [ "127.0.0.1:{{port}}" ] }""";

    private static async Task<JsonElement> CallAsync(int port, string method, object parameters)
    {
        using var client = new HttpClient();
        var body = JsonSerializer.Serialize(
            new Dictionary<string, object>
            {
                ["jsonrpc"] = "2.0",
                ["id"] = "4711",
                ["method"] = method,
                ["params"] = parameters,
            }
        );
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri($"http://127.0.0.1:{port}/mi"), content);
        var reply = await response.Content.ReadFromJsonAsync<JsonElement>();
        return reply.GetProperty("result");
    }
}
