using System.Text.Json;
using Parley.Hosting;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>Statistics by group and name, and counted from zero again.</summary>
public class StatisticTests
{
    [Fact]
    public async Task Numbers_are_those_of_the_calls()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        for (int i = 0; i < 3; i++)
            proxy.Answered();
        proxy.Bob.OnInvite = static call => call.Reject(486);
        proxy.Call();
        proxy.Run(1);
        Dictionary<string, long> all = await GetAsync(proxy, "all");
        Assert.Equal(3, all["dialog:active_dialogs"]);
        Assert.Equal(0, all["dialog:early_dialogs"]);
        Assert.Equal(4, all["dialog:processed_dialogs"]);
        Assert.Equal(1, all["dialog:failed_dialogs"]);
        Assert.Equal(4, all["tm:UAS_transactions"]);
        Assert.Equal(4, all["tm:UAC_transactions"]);
        Assert.Equal(3, all["tm:2xx_transactions"]);
        Assert.Equal(1, all["tm:4xx_transactions"]);
        Assert.Equal(proxy.Application.Counters[Parley.Proxy.ProxyCounter.RepliesForwarded], all["tm:relayed_replies"]);
        Assert.True(all["core:rcv_requests"] >= 7);
        Assert.True(all.ContainsKey("net:waiting_udp") && all.ContainsKey("sl:sent_replies"));
    }

    [Fact]
    public async Task Answers_without_a_transaction_are_counted_by_class()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.Application.StartDraining();
        proxy.Call();
        proxy.Run(40);
        Dictionary<string, long> sl = await GetAsync(proxy, "sl:");
        Assert.Equal(sl["sl:sent_replies"], sl["sl:5xx_replies"]);
        Assert.NotEqual(0, sl["sl:5xx_replies"]);
    }

    [Fact]
    public async Task They_are_asked_for_by_group_by_name_and_by_whole_name()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Assert.Equal(
            [
                "dialog:active_dialogs",
                "dialog:early_dialogs",
                "dialog:processed_dialogs",
                "dialog:expired_dialogs",
                "dialog:failed_dialogs",
            ],
            (await GetAsync(proxy, "dialog:")).Keys.Take(5)
        );
        Assert.Equal(
            ["dialog:active_dialogs", "tm:inuse_transactions"],
            (await GetAsync(proxy, "active_dialogs", "nothing", "tm:inuse_transactions")).Keys
        );
        Assert.Equal(
            "404 Statistics Not Found",
            await proxy.Mi.ErrorAsync("get_statistics", new { statistics = new[] { "nothing", "nothing:" } })
        );
        // As opensips-cli sends it by position: the last parameter is a list.
        Assert.True(
            (await proxy.Mi.CallAsync("get_statistics", new object[] { new[] { "core:", "active_dialogs" } })).TryGetProperty(
                "core:rcv_requests",
                out _
            )
        );
    }

    [Fact]
    public async Task The_list_says_which_of_them_only_grow()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        JsonElement list = await proxy.Mi.CallAsync("list_statistics", new { statistics = new[] { "dialog:" } });
        Assert.Equal("non-incremental", list.GetProperty("dialog:active_dialogs").GetString());
        Assert.Equal("non-incremental", list.GetProperty("dialog:early_dialogs").GetString());
        Assert.Equal("incremental", list.GetProperty("dialog:processed_dialogs").GetString());
        Assert.True((await proxy.Mi.CallAsync("list_statistics")).EnumerateObject().Count() > 30);
    }

    [Fact]
    public async Task A_counter_is_counted_from_zero_again_and_a_state_is_not()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.Answered();
        proxy.Answered();
        Assert.Equal(
            "OK",
            (await proxy.Mi.CallAsync("reset_statistics", new { statistics = new[] { "processed_dialogs", "active_dialogs" } })).GetString()
        );
        Dictionary<string, long> after = await GetAsync(proxy, "dialog:", "tm:UAS_transactions");
        Assert.Equal((0, 2, 2), (after["dialog:processed_dialogs"], after["dialog:active_dialogs"], after["tm:UAS_transactions"]));
        Assert.Equal(2, proxy.Dialogs.Statistics.ProcessedDialogs);
        proxy.Answered();
        Assert.Equal(1, (await GetAsync(proxy, "processed_dialogs"))["dialog:processed_dialogs"]);
        Assert.Equal("404 Statistics Not Found", await proxy.Mi.ErrorAsync("reset_statistics", new { statistics = new[] { "nothing" } }));
        Assert.Equal("OK", (await proxy.Mi.CallAsync("statistics:reset_all")).GetString());
        Assert.Equal(0, (await GetAsync(proxy, "tm:UAS_transactions"))["tm:UAS_transactions"]);
        Assert.Contains(
            proxy.Log.Lines,
            static line =>
                line.Contains("reset_statistics", StringComparison.Ordinal)
                && line.Contains("statistics=processed_dialogs,active_dialogs", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Waiting_bytes_are_read_from_the_kernels_table()
    {
        string file = Path.Combine(TestFolder.ForTest("queues"), "udp");
        File.WriteAllText(
            file,
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               1: 0100007F:13C4 00000000:0000 07 00000000:00000300 00:00000000 00000000     0        0 1 2 0 0
               2: 0100007F:13C5 00000000:0000 07 00000000:00000001 00:00000000 00000000     0        0 1 2 0 0
               3: 0200007F:13C4 00000000:0000 0A 00000000:00000007 00:00000000 00000000     0        0 1 2 0 0
            broken
            """
        );
        Assert.Equal(0x300, KernelQueues.Sum(file, [5060]));
        Assert.Equal(0x301, KernelQueues.Sum(file, [5060, 5061]));
        Assert.Equal(0, KernelQueues.Sum(file + ".missing", [5060]));
    }

    [Fact]
    public void Two_statistics_of_one_name_are_refused()
    {
        var source = new Source();
        Assert.Throws<ArgumentException>(() => new StatisticTable([source, source]));
    }

    private static async Task<Dictionary<string, long>> GetAsync(ManagedProxy proxy, params string[] statistics) =>
        (await proxy.Mi.CallAsync("get_statistics", new { statistics }))
            .EnumerateObject()
            .ToDictionary(static p => p.Name, static p => p.Value.GetInt64());

    private sealed class Source : IStatisticSource
    {
        public IEnumerable<Statistic> Statistics => [new("a", "b", static () => 0)];
    }
}
