using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>On one node, where a call may end in several ways at once; that only the owner of several counts it is in ProfileTests (replicas) and comes with the second node.</summary>
public class Row48_SizesNeverFallBelowZero
{
    [Fact]
    public void A_timeout_both_BYEs_a_command_and_an_unset_at_one_time_count_a_call_once()
    {
        using var fixture = new CallFixture(
            static options =>
            {
                options.ProfilesWithValue.Add("caller");
                options.DefaultTimeout = TimeSpan.FromSeconds(30);
            },
            DialogFlags.ByeOnTimeout
        );
        fixture.Network.Conditions = new LinkConditions
        {
            MinimumDelay = TimeSpan.FromMilliseconds(5),
            MaximumDelay = TimeSpan.FromMilliseconds(80),
        };
        DialogProfile caller = fixture.Dialogs.FindProfile("caller")!;
        int members = 0,
            samples = 0;
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created && dialog.Profiles.Set("caller", "alice"))
                members++;
            if (type == DialogCallbackTypes.Terminated && dialog.Id.Id % 2 == 0)
                Assert.False(dialog.Profiles.Unset("caller", "alice")); // out already
            samples++;
            int live = fixture.All.Count(static d => d.State != DialogState.Deleted);
            Assert.InRange(caller.Size("alice"), 0, members);
            Assert.True(caller.Size("alice") <= live + 1, $"{caller.Size("alice")} of {live}");
        };
        for (int i = 0; i < 30; i++)
            fixture.Call();
        fixture.Run(5);
        Assert.Equal((30, 30), (members, caller.Size("alice")));
        ScriptedCall[] callers = [.. fixture.Alice.Calls],
            callees = [.. fixture.Bob.Calls];
        fixture.Run(24.97);
        for (int i = 0; i < 30; i++)
        {
            if (i % 2 == 0)
                callers[i].Bye();
            if (i % 3 == 0)
                callees[i].Bye();
            if (i % 5 == 0)
                fixture.All[i].Terminate("x");
        }

        fixture.Run(60);
        Assert.True(samples > 100);
        Assert.Equal((0, 0), (caller.Size(), caller.Size("alice")));
        Assert.Empty(caller.Values());
        fixture.Call();
        fixture.Run(1);
        Assert.Equal(1, caller.Size("alice"));
        Assert.DoesNotContain(fixture.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal));
    }
}
