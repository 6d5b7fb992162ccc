using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests;

/// <summary>Single calls between SIPp instances through the server as an operator runs it.</summary>
public class CallTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_call_by_configured_route_completes_and_the_log_tells_its_start_and_end()
    {
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(Settings.Udp(proxy, Settings.PrefixRoute("9", callee)));
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var calls = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1", "-d", "200");

        AssertClean(await calls.FinishAsync(Limit), 1);
        AssertClean(await answers.FinishAsync(Limit), 1);
        await parley.WaitForLineAsync("Call started");
        await parley.WaitForLineAsync("Call ended");
        var statistics = await parley.StopAsync();
        Assert.Equal(1, statistics["processed_dialogs"]);
        Assert.Equal(0, statistics["active_dialogs"]);
    }

    [Fact]
    public async Task A_call_to_a_registered_user_completes()
    {
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(Settings.Udp(proxy));
        await RegisterAsync("bob", proxy, callee);
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var calls = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "bob", "-m", "1", "-d", "200");

        AssertClean(await calls.FinishAsync(Limit), 1);
        AssertClean(await answers.FinishAsync(Limit), 1);
        Assert.Equal(1, (await parley.StopAsync())["processed_dialogs"]);
    }

    [Fact]
    public async Task Of_three_callees_one_declines_one_never_answers_one_answers_and_there_is_one_dialog()
    {
        var (proxy, declines, never, answers) = (Ports.Next(), Ports.Next(), Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(Settings.Udp(proxy));
        foreach (var port in new[] { declines, never, answers })
            await RegisterAsync("team", proxy, port);
        await using var first = Sipp.Start("callee-declines", declines, null, "-m", "1");
        await using var second = Sipp.Start("Dialogs/cancelled-callee", never, null, "-m", "1");
        await using var third = Sipp.Start("callee-answers-late", answers, null, ["-m", "1", .. Settings.Contact(answers)]);
        await using var calls = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "team", "-m", "1", "-d", "200");

        AssertClean(await calls.FinishAsync(Limit), 1);
        AssertClean(await first.FinishAsync(Limit), 1);
        AssertClean(await second.FinishAsync(Limit), 1);
        AssertClean(await third.FinishAsync(Limit), 1);
        Assert.Equal(1, (await parley.StopAsync())["processed_dialogs"]);
    }

    [Fact]
    public async Task A_call_to_a_domain_not_served_is_403_for_a_source_not_trusted()
    {
        var proxy = Ports.Next();
        await using var parley = await ParleyServer.StartAsync(Settings.Udp(proxy));
        await using var calls = Sipp.Start("caller-foreign-403", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "someone", "-m", "1");
        AssertClean(await calls.FinishAsync(Limit), 1);
    }

    internal static async Task RegisterAsync(string user, int proxy, int contact)
    {
        await using var register = Sipp.Start(
            "register",
            Ports.Next(),
            $"127.0.0.1:{proxy}",
            "-s",
            user,
            "-m",
            "1",
            "-key",
            "contact",
            $"127.0.0.1:{contact}"
        );
        AssertClean(await register.FinishAsync(Limit), 1);
    }

    internal static void AssertClean(SippCounts counts, long calls)
    {
        Assert.True(counts.ExitCode == 0, $"SIPp ended with {counts.ExitCode}: {counts}");
        Assert.Equal(calls, counts.Successful);
        Assert.Equal(0, counts.Failed);
        Assert.Equal(0, counts.Unexpected);
    }
}
