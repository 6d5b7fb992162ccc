using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>Commands of the core: what there is, and what the server is.</summary>
public class CoreCommandTests
{
    [Fact]
    public async Task Which_lists_the_names_of_3_1_and_of_4_0_and_each_of_them_is_known()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        List<string> names = [.. (await proxy.Mi.CallAsync("which")).EnumerateArray().Select(static n => n.GetString()!)];
        Assert.Equal(names.Count, names.Distinct().Count());
        string[] wanted =
        [
            "dlg_list",
            "dlg_list_ctx",
            "dlg_end_dlg",
            "dlg_db_sync",
            "dlg_restore_db",
            "dlg_push_var",
            "dlg_send_sequential",
            "profile_get_size",
            "profile_get_values",
            "profile_list_dlgs",
            "profile_end_dlgs",
            "list_all_profiles",
            "dlg_set_profile",
            "dlg_unset_profile",
            "get_statistics",
            "list_statistics",
            "reset_statistics",
            "which",
            "version",
            "uptime",
            "ps",
            "pwd",
            "arg",
            "log_level",
            "help",
            "dialog:list",
            "dialog:end_dlg",
            "dialog:set_profile",
            "statistics:get",
            "core:which",
        ];
        Assert.Empty(wanted.Except(names));
        foreach (string name in names)
            Assert.Equal(JsonValueKind.Array, (await proxy.Mi.CallAsync("which", new { command = name })).ValueKind);
    }

    [Fact]
    public async Task Which_of_a_command_lists_its_sets_of_parameters_and_of_a_module_its_commands()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Assert.Equal(
            """[[],["callid"],["callid","from_tag"],["index","counter"]]""",
            (await proxy.Mi.CallAsync("which", new { command = "dlg_list" })).GetRawText()
        );
        Assert.Equal(
            """["statistics:get","statistics:list","statistics:reset","statistics:reset_all"]""",
            (await proxy.Mi.CallAsync("which", new { command = "statistics:" })).GetRawText()
        );
        Assert.Equal("404 unknown MI command", await proxy.Mi.ErrorAsync("which", new { command = "nothing" }));
        Assert.Equal("404 unknown MI command", await proxy.Mi.ErrorAsync("which", new[] { "nothing:" }));
    }

    [Fact]
    public async Task A_bare_name_that_two_modules_have_is_no_name_and_an_alias_stays_one()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.Services.AddCommand());
        Assert.Equal("-32601 Method not found", await proxy.Mi.ErrorAsync("list"));
        Assert.Equal("other", (await proxy.Mi.CallAsync("other:list")).GetString());
        Assert.True((await proxy.Mi.CallAsync("dlg_list")).TryGetProperty("Dialogs", out _));
        Assert.DoesNotContain("list", (await proxy.Mi.CallAsync("which")).EnumerateArray().Select(static n => n.GetString()));
    }

    [Fact]
    public async Task Two_commands_of_one_name_stop_the_start()
    {
        await Assert.ThrowsAsync<ArgumentException>(() =>
            ManagedProxy.StartAsync(change: static builder =>
            {
                builder.Services.AddCommand();
                builder.Services.AddCommand();
            })
        );
    }

    [Fact]
    public async Task Help_version_uptime_and_the_process_have_the_shapes_of_the_reference()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        MiClient mi = proxy.Mi;
        JsonElement help = await mi.CallAsync("help", new { mi_cmd = "dlg_list" });
        Assert.Equal(["Help", "Exported by"], help.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("dialog", help.GetProperty("Exported by").GetString());
        Assert.Equal(["Help"], (await mi.CallAsync("help")).EnumerateObject().Select(static p => p.Name));
        Assert.Equal("404 unknown MI command", await mi.ErrorAsync("help", new { mi_cmd = "nothing" }));
        Assert.Matches(@"^Parley \(\d+\.\d+\.\d+\S* \(\w+/\w+\)\)$", (await mi.CallAsync("version")).GetProperty("Server").GetString());
        Assert.True((await mi.CallAsync("version", new { revision = 1 })).TryGetProperty("Server", out _));
        proxy.Run(90);
        JsonElement uptime = await mi.CallAsync("uptime");
        Assert.Equal(["Now", "Up since", "Up time"], uptime.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("90 [sec]", uptime.GetProperty("Up time").GetString());
        TimeSpan between = Parse(uptime.GetProperty("Now")) - Parse(uptime.GetProperty("Up since"));
        Assert.Equal(90, between.TotalSeconds);
        JsonElement process = Assert.Single((await mi.CallAsync("ps")).GetProperty("Processes").EnumerateArray());
        Assert.Equal(["ID", "PID", "Type"], process.EnumerateObject().Select(static p => p.Name));
        Assert.Equal(Environment.ProcessId, process.GetProperty("PID").GetInt32());
        Assert.Equal(Environment.CurrentDirectory, (await mi.CallAsync("pwd")).GetProperty("WD").GetString());
        Assert.Equal(Environment.GetCommandLineArgs(), (await mi.CallAsync("arg")).EnumerateArray().Select(static a => a.GetString()!));
    }

    [Fact]
    public async Task The_level_of_the_log_is_read_and_changed_while_it_runs()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder =>
            builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning)
        );
        ILoggerFactory loggers = proxy.Application.Services.GetRequiredService<ILoggerFactory>();
        ILogger ours = loggers.CreateLogger("Parley.Anything"),
            others = loggers.CreateLogger("Microsoft.Anything");
        JsonElement process = (await proxy.Mi.CallAsync("log_level")).GetProperty("Processes")[0];
        Assert.Equal(["PID", "Log level", "Type"], process.EnumerateObject().Select(static p => p.Name));
        Assert.Equal(3, process.GetProperty("Log level").GetInt32());
        Assert.False(ours.IsEnabled(LogLevel.Debug));

        Assert.Equal("""{"New global log level":4}""", (await proxy.Mi.CallAsync("log_level", new { level = "4" })).GetRawText());
        Assert.True(ours.IsEnabled(LogLevel.Debug));
        Assert.False(others.IsEnabled(LogLevel.Information));
        Assert.Equal(4, (await proxy.Mi.CallAsync("log_level")).GetProperty("Processes")[0].GetProperty("Log level").GetInt32());
        Assert.Equal(
            """{"Log level":1}""",
            (await proxy.Mi.CallAsync("log_level", new { level = 1, pid = Environment.ProcessId })).GetRawText()
        );
        Assert.False(ours.IsEnabled(LogLevel.Information));
        Assert.True(ours.IsEnabled(LogLevel.Warning));
        Assert.Equal("-32602 Invalid params: Bad PID", await proxy.Mi.ErrorAsync("log_level", new { level = 1, pid = 1 }));
    }

    [Fact]
    public async Task An_application_without_dialogs_has_no_commands_for_them()
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder();
        builder.UseTransport(new Parley.Testing.SimulatedNetwork(1).AddHost("10.0.0.1"));
        builder.AddManagement(static options => options.Listen.Add("127.0.0.1:0"));
        await using ParleyApplication application = builder.Build();
        await application.StartAsync();
        string place = application.Services.GetRequiredService<ManagementService>().Places[0];
        var mi = new MiClient(new Uri(new Uri(place.Split(' ')[0]), "/mi"));
        Assert.Equal("-32601 Method not found", await mi.ErrorAsync("dlg_list"));
        Assert.DoesNotContain("ul_dump", (await mi.CallAsync("which")).EnumerateArray().Select(static n => n.GetString()));
        Assert.True(
            (await mi.CallAsync("get_statistics", new { statistics = new[] { "tm:" } })).TryGetProperty("tm:UAS_transactions", out _)
        );
    }

    private static DateTime Parse(JsonElement text) =>
        DateTime.ParseExact(
            text.GetString()!.Replace("  ", " ", StringComparison.Ordinal),
            "ddd MMM d HH:mm:ss yyyy",
            CultureInfo.InvariantCulture
        );
}
