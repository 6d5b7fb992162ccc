using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>With the store in memory; that a shared counter outlives its node's restart, and an outage of Redis, comes with the second node.</summary>
public class Row50_ARestartCountsAMembershipOnce
{
    [Fact]
    public async Task However_often_the_rows_are_loaded_and_whatever_the_profile_was_shared_with()
    {
        static void Configure(DialogOptions options)
        {
            options.ProfilesWithValue.Add("caller");
            options.ProfilesWithValue.Add("gateway/s");
        }

        var store = new MemoryDialogStore();
        using var fixture = new CallFixture(Configure);
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type != DialogCallbackTypes.Created)
                return;
            dialog.Profiles.Set("caller", "alice");
            dialog.Profiles.Set("gateway", "one");
            dialog.Profiles.Set("gateway", "two");
        };
        for (int i = 0; i < 5; i++)
            fixture.Call();
        fixture.Run(2);
        using (var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        for (ulong life = 2; life < 5; life++)
        {
            using Node node = Node.Restart(fixture, Configure, seed: life);
            using DialogPersistence kept = node.Keep(store);
            Assert.Equal((5, 0), await kept.LoadAsync(TestContext.Current.CancellationToken));
            Assert.Equal((0, 5), await kept.LoadAsync(TestContext.Current.CancellationToken));
            DialogProfile caller = node.Dialogs.FindProfile("caller")!,
                gateway = node.Dialogs.FindProfile("gateway")!;
            Assert.Equal((5, 5, 5), (caller.Size("alice"), gateway.Size("one"), gateway.Size("two")));
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
            if (life < 4)
                continue;
            foreach (ScriptedCall call in fixture.Alice.Calls)
                call.Bye();
            fixture.Run(5);
            Assert.Equal((0, 0), (caller.Size(), gateway.Size()));
            Assert.Empty(gateway.Values());
        }
    }
}
