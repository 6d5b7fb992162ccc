using Parley.Dialogs;
using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests;

/// <summary>Calls that the proxy ends, as the two ends see it, over UDP and TCP.</summary>
public class DialogTerminationTests
{
    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task At_the_end_of_its_lifetime_a_call_gets_bye_both_ways(string transport)
    {
        var port = Ports.Next();
        await using var host = await DialogHost.StartAsync(
            transport,
            [port],
            DialogFlags.ByeOnTimeout,
            o => o.DefaultTimeout = TimeSpan.FromSeconds(1)
        );
        await using var callee = DialogCalls.Callee(transport, "hung-up", port);
        await using var caller = DialogCalls.Caller(transport, "hung-up", host);

        await DialogCalls.AssertCleanAsync(caller, callee);
        Assert.Equal("Lifetime Timeout", (await host.Over).TerminationReason);
        Assert.Empty(host.Api.Dialogs());
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task A_confirmed_call_ended_by_the_api_gets_one_bye_each_way_with_the_header_lines_given(string transport)
    {
        var port = Ports.Next();
        await using var host = await DialogHost.StartAsync(transport, [port]);
        await using var callee = DialogCalls.Callee(transport, "terminated", port);
        await using var caller = DialogCalls.Caller(transport, "terminated", host);
        var dialog = await host.Acknowledged;

        Assert.True(host.Api.Terminate(dialog.Id.Entry, dialog.Id.Id, "Credit exhausted", "X-Credit: spent\r\n"));
        await DialogCalls.AssertCleanAsync(caller, callee);
        Assert.Equal("Credit exhausted", (await host.Over).TerminationReason);
        Assert.Empty(host.Api.Dialogs());
        Assert.False(dialog.Terminate());
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task A_call_ended_before_its_ack_gets_bye_at_the_callee_at_once_and_at_the_caller_after_the_ack(string transport)
    {
        var port = Ports.Next();
        await using var host = await DialogHost.StartAsync(transport, [port]);
        await using var callee = DialogCalls.Callee(transport, "late-ack", port);
        await using var caller = DialogCalls.Caller(transport, "late-ack", host);

        Assert.True((await host.Answered).Terminate("Too soon"));
        await DialogCalls.AssertCleanAsync(caller, callee);
        Assert.Equal("Too soon", (await host.Over).TerminationReason);
        Assert.Empty(host.Api.Dialogs());
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task A_challenge_to_the_proxys_own_bye_counts_as_an_answer_and_no_second_bye_follows(string transport)
    {
        var port = Ports.Next();
        await using var host = await DialogHost.StartAsync(transport, [port]);
        await using var callee = DialogCalls.Callee(transport, "challenging", port);
        await using var caller = DialogCalls.Caller(transport, "challenging", host);
        var dialog = await host.Acknowledged;

        Assert.True(await dialog.TerminateAsync("Enough").AsTask().WaitAsync(TimeSpan.FromSeconds(1)));
        await DialogCalls.AssertCleanAsync(caller, callee);
        Assert.Equal(DialogState.Deleted, dialog.State);
        Assert.Equal("Enough", (await host.Over).TerminationReason);
        Assert.Empty(host.Api.Dialogs());
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task An_early_call_ended_by_the_api_is_cancelled_on_every_branch_and_487_for_the_caller(string transport)
    {
        var (first, second) = (Ports.Next(), Ports.Next());
        await using var host = await DialogHost.StartAsync(transport, [first, second]);
        TaskCompletionSource bothRing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var rings = 0;
        host.Application.OnReply(reply =>
        {
            if (reply.StatusCode == 180 && Interlocked.Increment(ref rings) == 2)
                bothRing.SetResult();
        });
        await using var one = DialogCalls.Callee(transport, "cancelled", first);
        await using var other = DialogCalls.Callee(transport, "cancelled", second);
        await using var caller = DialogCalls.Caller(transport, "refused-487", host);
        await bothRing.Task.WaitAsync(DialogHost.Limit);
        var dialog = await host.Created;

        Assert.True(dialog.Terminate("No more"));
        await DialogCalls.AssertCleanAsync(caller, one, other);
        Assert.Equal("No more", (await host.Over).TerminationReason);
        Assert.Equal(0, host.Confirmed);
        Assert.Empty(host.Api.Dialogs());
    }
}
