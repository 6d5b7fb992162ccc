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
        using CallFixture fixture = Fork(out List<string> states, winner);
        ScriptedCall call = fixture.Call("bob-carol-dave");
        fixture.Run(10);
        Assert.Equal(["Unconfirmed-Early", "Early-ConfirmedNoAck", "ConfirmedNoAck-Confirmed"], states);
        Assert.DoesNotContain(
            fixture.Events,
            static e => e.StartsWith("Failed", StringComparison.Ordinal) || e.StartsWith("Terminated", StringComparison.Ordinal)
        );
        Assert.True(call.IsUp);
        Assert.Equal(new[] { fixture.Bob, fixture.Carol, fixture.Dave }[winner].Calls[0].LocalTag, fixture.Dialog.ToTag);
    }

    [Fact]
    public void The_last_of_them_ends_it_once()
    {
        using CallFixture fixture = Fork(out List<string> states, winner: -1);
        fixture.Call("bob-carol-dave");
        fixture.Run(2.2);
        Assert.Equal(["Unconfirmed-Early"], states);
        fixture.Run(2);
        Assert.Equal(["Unconfirmed-Early", "Early-Deleted"], states);
        Assert.Single(fixture.Events, static e => e.StartsWith("Failed", StringComparison.Ordinal));
    }

    /// <summary>The others give up one after another, the first before the answer; who is cancelled says 487.</summary>
    private static CallFixture Fork(out List<string> states, int winner)
    {
        var fixture = new CallFixture();
        List<string> seen = states = [];
        fixture.Dialogs.StateChanged += (_, change) => seen.Add($"{change.OldState}-{change.NewState}");
        ScriptedUserAgent[] callees = [fixture.Bob, fixture.Carol, fixture.Dave];
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

        return fixture;
    }
}
