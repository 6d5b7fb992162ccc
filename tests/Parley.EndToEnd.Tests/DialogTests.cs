using Parley.Dialogs;
using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests;

/// <summary>What passes within dialogs between SIPp instances: UPDATE, PRACK, challenges, forks, over UDP and TCP.</summary>
public class DialogTests
{
    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public Task An_update_passes_early_and_confirmed_in_both_directions(string transport) =>
        AssertCallAsync(transport, "updates", DialogFlags.None, "Downstream BYE");

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public Task A_prack_passes_end_to_end(string transport) => AssertCallAsync(transport, "prack", DialogFlags.None, "Downstream BYE");

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public Task With_auto_prack_the_proxy_acknowledges_reliable_responses_and_the_caller_sees_nothing_of_it(string transport) =>
        AssertCallAsync(transport, "auto-prack", DialogFlags.AutoPrack, "Downstream BYE");

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public Task A_challenged_bye_passes_again_with_credentials(string transport) =>
        AssertCallAsync(transport, "bye-challenged", DialogFlags.None, "Downstream BYE");

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Two_callees_that_answer_at_once_both_reach_the_caller_who_hangs_up_on_one(string transport)
    {
        var (first, second) = (Ports.Next(), Ports.Next());
        await using var host = await DialogHost.StartAsync(transport, [first, second]);
        await using var answers = DialogCalls.Callee(transport, "answering", first);
        await using var crosses = DialogCalls.Callee(transport, "answering-despite-cancel", second);
        await using var caller = DialogCalls.Caller(transport, "two-answers", host);

        await DialogCalls.AssertCleanAsync(caller, answers, crosses);
        Assert.Equal("Downstream BYE", (await host.Over).TerminationReason);
        Assert.Equal(1, host.Confirmed);
        Assert.Empty(host.Api.Dialogs());
    }

    private static async Task AssertCallAsync(string transport, string scenario, DialogFlags flags, string reason)
    {
        var port = Ports.Next();
        await using var host = await DialogHost.StartAsync(transport, [port], flags);
        await using var callee = DialogCalls.Callee(transport, scenario, port);
        await using var caller = DialogCalls.Caller(transport, scenario, host);

        await DialogCalls.AssertCleanAsync(caller, callee);
        Assert.Equal(reason, (await host.Over).TerminationReason);
        Assert.Empty(host.Api.Dialogs());
    }
}
