using Xunit;

namespace Parley.Dialogs.Tests.Statistics;

public class StatisticsTests
{
    [Fact]
    public void The_gauges_follow_the_table()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            call.RingAfter(TimeSpan.FromSeconds(1));
            call.AnswerAfter(TimeSpan.FromSeconds(2));
            call.ByeAfter(TimeSpan.FromSeconds(10));
        };
        DialogStatistics numbers = fixture.Dialogs.Statistics;
        for (int i = 0; i < 5; i++)
            fixture.Call();
        fixture.Run(0.5);
        Assert.Equal(
            (0, 0, 5, 5),
            (numbers.EarlyDialogs, numbers.ActiveDialogs, numbers.ProcessedDialogs, numbers.CountOf(DialogState.Unconfirmed))
        );
        fixture.Run(1);
        Assert.Equal((5, 0, 5), (numbers.EarlyDialogs, numbers.ActiveDialogs, numbers.ProcessedDialogs));
        fixture.Run(1);
        Assert.Equal((0, 5, 5), (numbers.EarlyDialogs, numbers.ActiveDialogs, numbers.ProcessedDialogs));
        Assert.Equal(5, fixture.Dialogs.Dialogs().Count());
        fixture.Run(20);
        Assert.Equal(
            (0, 0, 5, 5),
            (numbers.EarlyDialogs, numbers.ActiveDialogs, numbers.ProcessedDialogs, numbers.CountOf(DialogState.Deleted))
        );
        Assert.Empty(fixture.Dialogs.Dialogs());
        Assert.Equal(5, fixture.Dialogs.Dialogs(includeDeleted: true).Count());
        fixture.Run(40);

        Assert.Equal(0, numbers.CountOf(DialogState.Deleted));
        Assert.Equal((0, 0), (numbers.FailedDialogs, numbers.ExpiredDialogs));
    }

    [Fact]
    public void A_state_that_is_none_has_no_count()
    {
        using var fixture = new CallFixture();
        Assert.Throws<ArgumentOutOfRangeException>(() => fixture.Dialogs.Statistics.CountOf(DialogState.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => fixture.Dialogs.Statistics.CountOf((DialogState)6));
    }
}
