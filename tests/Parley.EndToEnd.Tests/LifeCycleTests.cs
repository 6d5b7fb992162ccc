using System.Net.Sockets;
using System.Text;
using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests;

/// <summary>Start, reload, drain and stop, as systemd and an operator do them.</summary>
public class LifeCycleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Bad_settings_stop_the_start_with_one_line_that_names_the_key()
    {
        await using var parley = ParleyServer.StartUnready("""  "Dialogs": { "HashSize": 1000 }  """);
        Assert.Equal(78, await parley.WaitForExitAsync(Limit));
        Assert.Equal("parley: Parley:Dialogs:HashSize: \"1000\" is not allowed; give a power of two (line 1)", parley.Output.Trim());
    }

    [Fact]
    public async Task Beyond_loopback_it_does_not_start_without_saying_that_nobody_is_asked_for_a_password()
    {
        await using var parley = ParleyServer.StartUnready(Settings.Listeners("udp:0.0.0.0:" + Ports.Next()));
        Assert.Equal(78, await parley.WaitForExitAsync(Limit));
        Assert.Contains("AllowUnauthenticated", parley.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_systemd_it_says_when_it_is_ready_and_when_it_stops()
    {
        var path = Path.Combine(TestFolder.ForTest("notify"), "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        await using var parley = ParleyServer.StartAsService(Settings.Udp(Ports.Next()), path);
        Assert.Contains("READY=1", await ReceiveAsync(systemd), StringComparison.Ordinal);
        parley.Signal(PosixSignalNumber.Terminate);
        Assert.Contains("STOPPING=1", await ReceiveAsync(systemd), StringComparison.Ordinal);
        Assert.Equal(0, await parley.WaitForExitAsync(Limit));
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[256];
        var length = await socket.ReceiveAsync(buffer).WaitAsync(Limit);
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    [Fact]
    public async Task A_hangup_reloads_the_routes_and_a_call_in_progress_goes_on()
    {
        var (proxy, first, second) = (Ports.Next(), Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(Settings.Udp(proxy, Settings.PrefixRoute("9", first)));
        await using var firstAnswers = Sipp.Start("callee", first, null, ["-m", "1", .. Settings.Contact(first)]);
        await using var secondAnswers = Sipp.Start("callee", second, null, ["-m", "1", .. Settings.Contact(second)]);
        await using var longCall = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1", "-d", "4000");
        await parley.WaitForLineAsync("Call started");

        await File.WriteAllTextAsync(
            parley.SettingsFile,
            $$"""{ "Parley": { {{Settings.Udp(proxy, Settings.PrefixRoute("9", second))}} } }"""
        );
        parley.Signal(PosixSignalNumber.Hangup);
        await parley.WaitForLineAsync("Settings reloaded");
        await using var shortCall = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1", "-d", "100");

        CallTests.AssertClean(await shortCall.FinishAsync(Limit), 1);
        CallTests.AssertClean(await secondAnswers.FinishAsync(Limit), 1);
        CallTests.AssertClean(await longCall.FinishAsync(Limit), 1);
        CallTests.AssertClean(await firstAnswers.FinishAsync(Limit), 1);
    }

    [Fact]
    public async Task A_hangup_with_bad_settings_keeps_the_old_ones()
    {
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(Settings.Udp(proxy, Settings.PrefixRoute("9", callee)));
        await File.WriteAllTextAsync(parley.SettingsFile, """{ "Parley": { "Routs": [] } }""");
        parley.Signal(PosixSignalNumber.Hangup);
        await parley.WaitForLineAsync("Routs");
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var call = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1", "-d", "100");
        CallTests.AssertClean(await call.FinishAsync(Limit), 1);
    }

    [Fact]
    public async Task On_terminate_new_calls_get_503_and_the_call_in_progress_ends_by_itself()
    {
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(
            Settings.Udp(proxy, Settings.PrefixRoute("9", callee)) + ", \"DrainLimit\": 30"
        );
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var call = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1", "-d", "4000");
        await parley.WaitForLineAsync("Call started");

        parley.Signal(PosixSignalNumber.Terminate);
        await parley.WaitForLineAsync("Draining");
        await using var refused = Sipp.Start("caller-refused-503", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1");

        CallTests.AssertClean(await refused.FinishAsync(Limit), 1);
        CallTests.AssertClean(await call.FinishAsync(Limit), 1);
        CallTests.AssertClean(await answers.FinishAsync(Limit), 1);
        Assert.Equal(0, await parley.WaitForExitAsync(Limit));
        Assert.Contains("active_dialogs=0", parley.Output, StringComparison.Ordinal);
    }
}
