using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row14_CancelAgainst200KeepsTheCountersTrue
{
    [Theory]
    [InlineData(DialogFlags.None)]
    [InlineData(DialogFlags.EndOnRaceCondition)]
    [InlineData(DialogFlags.EndOnRaceCondition | DialogFlags.ByeOnTimeout)]
    public void However_they_cross_gauges_and_profiles_follow_the_calls_and_nothing_stays(DialogFlags flags)
    {
        using var fixture = new CallFixture(static options => options.ProfilesWithoutValue.Add("calls"), flags);
        fixture.Network.Conditions = new LinkConditions
        {
            MinimumDelay = TimeSpan.FromMilliseconds(5),
            MaximumDelay = TimeSpan.FromMilliseconds(40),
        };
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        fixture.Carol.OnInvite = static call =>
        {
            call.IgnoresCancel = true;
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        DialogProfile calls = fixture.Dialogs.FindProfile("calls")!;
        int samples = 0;
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                dialog.Profiles.Set("calls");
            samples++;
            Assert.Equal(
                fixture.All.Count(static d => d.State is DialogState.ConfirmedNoAck or DialogState.Confirmed),
                fixture.Dialogs.Statistics.ActiveDialogs
            );
            Assert.Equal(fixture.All.Count(static d => d.State == DialogState.Early), fixture.Dialogs.Statistics.EarlyDialogs);
            Assert.InRange(calls.Size(), 0, fixture.All.Count);
        };
        for (int i = 0; i < 40; i++)
            fixture.Call(i % 2 == 0 ? "bob" : "carol").CancelAfter(TimeSpan.FromMilliseconds(900 + (i * 5)));
        fixture.Run(60);

        Assert.True(samples > 200);
        Assert.DoesNotContain(fixture.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal)); // a failed assertion in a callback is logged
        Assert.True(fixture.All.Count(static d => d.WasCancelled && d.StartTime is not null) >= 10, "they do cross");
        Assert.All(fixture.All, static d => Assert.Equal(DialogState.Deleted, d.State));
        Assert.Equal((0, 0, 0), (fixture.Dialogs.Statistics.ActiveDialogs, fixture.Dialogs.Statistics.EarlyDialogs, calls.Size()));
        fixture.Run(60);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(40, fixture.Events.Count(static e => e == "Destroy"));
    }
}
