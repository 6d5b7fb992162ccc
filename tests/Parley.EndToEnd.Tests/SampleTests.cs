using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests;

/// <summary>The samples do what their READMEs say.</summary>
public class SampleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_seeds_module_tells_when_a_call_was_created_and_ends_it_when_the_callee_sends_OPTIONS()
    {
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        await using var sample = await Sample.StartAsync("ExampleModule", proxy, callee);
        await using var answers = Sipp.Start("callee-sends-options", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var call = Sipp.StartCaller("caller-asked-then-hung-up", proxy, "alice");

        CallTests.AssertClean(await call.FinishAsync(Limit), 1);
        CallTests.AssertClean(await answers.FinishAsync(Limit), 1);
        await sample.WaitForLineAsync("was created!");
        Assert.Matches(
            @"The dialog was created at \w{3} \w{3} \d+ \d\d:\d\d:\d\d \d{4} and is now established",
            await sample.WaitForLineAsync("is now established")
        );
        await sample.WaitForLineAsync("Terminating DLG because we HATE options from callee :D");
    }

    [Fact]
    public async Task The_prepaid_cutoff_ends_a_call_with_its_credit_and_refuses_the_next()
    {
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        await using var sample = await Sample.StartAsync("PrepaidCutoff", proxy, callee, "--credit:alice=2");
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var call = Sipp.StartCaller("caller-hung-up", proxy, "alice");

        CallTests.AssertClean(await call.FinishAsync(Limit), 1);
        CallTests.AssertClean(await answers.FinishAsync(Limit), 1);
        await sample.WaitForLineAsync("alice talked for 2 s, 0 s left (Lifetime Timeout)");
        await using var refused = Refused("402", proxy, "alice");
        CallTests.AssertClean(await refused.FinishAsync(Limit), 1);
    }

    [Fact]
    public async Task The_call_limiter_refuses_a_callers_second_call_and_lets_others_and_later_ones_through()
    {
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        await using var sample = await Sample.StartAsync("CallLimiter", proxy, callee, "--per-caller=1", "--in-all=2");
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "3", .. Settings.Contact(callee)]);
        await using var longCall = Call(proxy, "alice", 5000);
        await answers.WaitForCallsAsync(1);

        await using var refused = Refused("486", proxy, "alice");
        CallTests.AssertClean(await refused.FinishAsync(Limit), 1);
        await using var other = Call(proxy, "carol", 100);
        CallTests.AssertClean(await other.FinishAsync(Limit), 1);
        CallTests.AssertClean(await longCall.FinishAsync(Limit), 1);
        await using var later = Call(proxy, "alice", 100);
        CallTests.AssertClean(await later.FinishAsync(Limit), 1);
        CallTests.AssertClean(await answers.FinishAsync(Limit), 3);
    }

    [Fact]
    public async Task The_call_limiter_refuses_a_call_above_the_number_in_all_by_503()
    {
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        await using var sample = await Sample.StartAsync("CallLimiter", proxy, callee, "--in-all=1");
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var longCall = Call(proxy, "alice", 4000);
        await answers.WaitForCallsAsync(1);

        await using var refused = Refused("503", proxy, "carol");
        CallTests.AssertClean(await refused.FinishAsync(Limit), 1);
        CallTests.AssertClean(await longCall.FinishAsync(Limit), 1);
    }

    [Fact]
    public async Task The_failover_sample_leaves_a_gateway_that_is_not_there()
    {
        var (proxy, callee, nobody) = (Ports.Next(), Ports.Next(), Ports.Next());
        await using var sample = await Sample.StartAsync(
            "Failover",
            proxy,
            callee,
            $"--gateways=sip:127.0.0.1:{nobody},sip:127.0.0.1:{callee}",
            "--silence=300"
        );
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var call = Call(proxy, "alice", 100);
        CallTests.AssertClean(await call.FinishAsync(Limit), 1);
        CallTests.AssertClean(await answers.FinishAsync(Limit), 1);
    }

    [Fact]
    public async Task The_failover_sample_answers_503_when_no_gateway_is_there()
    {
        var (proxy, first, second) = (Ports.Next(), Ports.Next(), Ports.Next());
        await using var sample = await Sample.StartAsync(
            "Failover",
            proxy,
            first,
            $"--gateways=sip:127.0.0.1:{first},sip:127.0.0.1:{second}",
            "--silence=300"
        );
        await using var refused = Refused("503", proxy, "alice");
        CallTests.AssertClean(await refused.FinishAsync(Limit), 1);
    }

    [Fact]
    public async Task The_prepaid_cutoff_gives_back_what_a_call_did_not_use()
    {
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        await using var sample = await Sample.StartAsync("PrepaidCutoff", proxy, callee, "--credit:alice=3600");
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var call = Call(proxy, "alice", 1500);

        CallTests.AssertClean(await call.FinishAsync(Limit), 1);
        Assert.Matches(@"alice talked for [2-9] s, 359[0-8] s left \(Downstream BYE\)", await sample.WaitForLineAsync("alice talked"));
    }

    [Fact]
    public async Task The_AOT_proxy_carries_a_call()
    {
        // As built: the same program, compiled by the runtime.
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        await using var sample = await Sample.StartAsync("AotProxy", proxy, callee);
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1", .. Settings.Contact(callee)]);
        await using var call = Call(proxy, "alice", 100);

        CallTests.AssertClean(await call.FinishAsync(Limit), 1);
        CallTests.AssertClean(await answers.FinishAsync(Limit), 1);
    }

    private static Sipp Call(int proxy, string user, int milliseconds) =>
        Sipp.StartCaller("caller-of-user", proxy, user, "-d", $"{milliseconds}");

    private static Sipp Refused(string code, int proxy, string user) => Sipp.StartCaller("caller-refused-" + code, proxy, user);
}
