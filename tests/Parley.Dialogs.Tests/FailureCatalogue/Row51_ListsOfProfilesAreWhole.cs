using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row51_ListsOfProfilesAreWhole
{
    [Fact]
    public void A_shared_profile_is_known_by_its_bare_name_in_calls_and_outside()
    {
        using var fixture = new CallFixture(static options => options.ProfilesWithValue.Add("gateway/s"));
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                Assert.True(dialog.Profiles.Set("gateway", "one"));
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        DialogProfile bare = fixture.Dialogs.FindProfile("gateway")!;
        Assert.Same(bare, fixture.Dialogs.FindProfile("gateway/s"));
        Assert.Equal([fixture.Dialog], bare.Dialogs("one"));
        Assert.True(bare.EndAll("one", "x").Single().Ended);
        fixture.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.DoesNotContain(fixture.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lists_taken_while_others_join_and_leave_end_and_hold_only_members()
    {
        var run = new ProfileRun(64);
        Task writer = Task.Run(
            () =>
            {
                for (int round = 0; round < 300; round++)
                {
                    for (int dialog = 0; dialog < 64; dialog++)
                        run.Set(dialog, $"v{dialog % 8}");
                    for (int dialog = 0; dialog < 64; dialog++)
                        run.Leave(dialog);
                }
            },
            TestContext.Current.CancellationToken
        );
        var known = Enumerable.Range(0, 64).Select(ProfileRun.Id).ToHashSet();
        int lists = 0;
        do
        {
            IReadOnlyList<DialogId> ids = run.Caller.DialogIds();
            Assert.All(ids, id => Assert.Contains(id, known));
            Assert.Equal(ids.Count, ids.Distinct().Count());
            Assert.All(run.Caller.Values(), static value => Assert.Matches("^v[0-7]$", value.Text));
            lists++;
        } while (!writer.IsCompleted);
        await writer;
        Assert.NotEqual(0, lists);
        Assert.Empty(run.Caller.Values());
    }
}
