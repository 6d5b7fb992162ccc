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
        using var bench = new CallBench(static options => options.ProfilesWithoutValue.Add("calls"), flags);
        bench.Network.Conditions = new LinkConditions
        {
            MinimumDelay = TimeSpan.FromMilliseconds(5),
            MaximumDelay = TimeSpan.FromMilliseconds(40),
        };
        bench.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        bench.Carol.OnInvite = static call =>
        {
            call.IgnoresCancel = true;
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        DialogProfile calls = bench.Dialogs.FindProfile("calls")!;
        int samples = 0;
        bench.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                dialog.Profiles.Set("calls");
            samples++;
            Assert.Equal(
                bench.All.Count(static d => d.State is DialogState.ConfirmedNoAck or DialogState.Confirmed),
                bench.Dialogs.Statistics.ActiveDialogs
            );
            Assert.Equal(bench.All.Count(static d => d.State == DialogState.Early), bench.Dialogs.Statistics.EarlyDialogs);
            Assert.InRange(calls.Size(), 0, bench.All.Count);
        };
        for (int i = 0; i < 40; i++)
            bench.Call(i % 2 == 0 ? "bob" : "carol").CancelAfter(TimeSpan.FromMilliseconds(900 + (i * 5)));
        bench.Run(60);

        Assert.True(samples > 200);
        Assert.DoesNotContain(bench.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal)); // a failed assertion in a callback is logged
        Assert.True(bench.All.Count(static d => d.WasCancelled && d.StartTime is not null) >= 10, "they do cross");
        Assert.All(bench.All, static d => Assert.Equal(DialogState.Deleted, d.State));
        Assert.Equal((0, 0, 0), (bench.Dialogs.Statistics.ActiveDialogs, bench.Dialogs.Statistics.EarlyDialogs, calls.Size()));
        bench.Run(60);
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(40, bench.Events.Count(static e => e == "Destroy"));
    }
}
