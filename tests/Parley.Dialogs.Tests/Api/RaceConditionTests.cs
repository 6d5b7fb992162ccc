using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Api;

/// <summary>200 against CANCEL (RFC 5407 3.1.2): the callee answers although the caller has given up, and the caller's BYE does not arrive.</summary>
public class RaceConditionTests
{
    [Theory]
    [InlineData(DialogFlags.EndOnRaceCondition, 5, "SIP Race Condition")]
    [InlineData(DialogFlags.None, 12 * 3600, null)]
    public void With_end_on_race_condition_the_call_gets_the_race_delay_and_no_more(DialogFlags flags, int lifetime, string? reason)
    {
        using var bench = new CallBench(flags: flags);
        bench.Bob.OnInvite = static call => { call.IgnoresCancel = true; call.Ring(); call.AnswerAfter(TimeSpan.FromSeconds(2)); };
        bench.Network.Interceptor = static packet => packet.Is("BYE") ? PacketFate.Drop : PacketFate.Pass;
        bench.Call().CancelAfter(TimeSpan.FromSeconds(1));
        bench.Run(4);
        Assert.True(bench.Dialog.WasCancelled);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.Equal(TimeSpan.FromSeconds(lifetime), bench.Dialog.Timeout);
        bench.Run(4);
        Assert.Equal(reason is not null, bench.Dialog.State == DialogState.Deleted);
        if (reason is null) return;
        Assert.Equal(reason, bench.Dialog.TerminationReason);
        Assert.Contains("Expired", bench.Story, StringComparison.Ordinal);
    }
}
