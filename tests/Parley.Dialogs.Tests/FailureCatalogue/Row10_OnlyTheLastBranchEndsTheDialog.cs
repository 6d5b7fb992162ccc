using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>The proxy publishes no dialog-info itself; what a publisher would go by is the state, its event and the callbacks.</summary>
public class Row10_OnlyTheLastBranchEndsTheDialog
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Branches_that_lose_before_and_after_the_answer_change_nothing(int winner)
    {
        using CallBench bench = Fork(out List<string> states, winner);
        ScriptedCall call = bench.Call("bob-carol-dave");
        bench.Run(10);
        Assert.Equal(["Unconfirmed-Early", "Early-ConfirmedNoAck", "ConfirmedNoAck-Confirmed"], states);
        Assert.DoesNotContain(
            bench.Events,
            static e => e.StartsWith("Failed", StringComparison.Ordinal) || e.StartsWith("Terminated", StringComparison.Ordinal)
        );
        Assert.True(call.IsUp);
        Assert.Equal(new[] { bench.Bob, bench.Carol, bench.Dave }[winner].Calls[0].LocalTag, bench.Dialog.ToTag);
    }

    [Fact]
    public void The_last_of_them_ends_it_once()
    {
        using CallBench bench = Fork(out List<string> states, winner: -1);
        bench.Call("bob-carol-dave");
        bench.Run(2.2);
        Assert.Equal(["Unconfirmed-Early"], states);
        bench.Run(2);
        Assert.Equal(["Unconfirmed-Early", "Early-Deleted"], states);
        Assert.Single(bench.Events, static e => e.StartsWith("Failed", StringComparison.Ordinal));
    }

    /// <summary>The others give up one after another, the first before the answer; who is cancelled says 487.</summary>
    private static CallBench Fork(out List<string> states, int winner)
    {
        var bench = new CallBench();
        List<string> seen = states = [];
        bench.Dialogs.StateChanged += (_, change) => seen.Add($"{change.OldState}-{change.NewState}");
        ScriptedUserAgent[] callees = [bench.Bob, bench.Carol, bench.Dave];
        for (int i = 0; i < callees.Length; i++)
        {
            int n = i;
            callees[i].OnInvite = call =>
            {
                call.Ring();
                if (n == winner)
                    call.AnswerAfter(TimeSpan.FromSeconds(1.5));
                else
                    call.RejectAfter(TimeSpan.FromSeconds(n + 0.5), n == 0 ? 486 : 480);
            };
        }

        return bench;
    }
}
