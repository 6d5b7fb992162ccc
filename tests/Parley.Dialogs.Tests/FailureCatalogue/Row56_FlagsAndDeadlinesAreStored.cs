using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row56_FlagsAndDeadlinesAreStored
{
    private const DialogFlags Flags =
        DialogFlags.ByeOnTimeout | DialogFlags.OptionsPingCaller | DialogFlags.ReinvitePingCallee | DialogFlags.EndOnRaceCondition;

    [Fact]
    public async Task Row_56_flags_owner_and_deadlines_come_back_and_the_timers_fire_when_they_would_have()
    {
        var store = new MemoryDialogStore();
        using var fixture = new CallFixture(flags: Flags);
        ScriptedCall call = fixture.Call();
        fixture.Run(5);
        Dialog dialog = fixture.Dialog;
        dialog.UserFlags.TestAndSet(3);
        dialog.Timeout = TimeSpan.FromSeconds(100);
        dialog.DeleteDelay = TimeSpan.FromSeconds(77);
        dialog.OptionsPingInterval = TimeSpan.FromSeconds(17);
        TimeSpan due = fixture.Clock.Elapsed + TimeSpan.FromSeconds(100);
        using (var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners, Options()))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        Dialog restored = dialog;
        Node? node = null;
        for (int life = 0; life < 2; life++)
        {
            fixture.Run(10); // the time away counts
            node?.Dispose();
            node = Node.Restart(fixture, seed: (ulong)life + 2);
            using var again = new DialogPersistence(node.Dialogs, store, node.Proxy.Transport.Listeners, Options());
            Assert.Equal((1, 0), await again.LoadAsync(TestContext.Current.CancellationToken));
            restored = node.All[0];
            Assert.Equal((Flags, true), (restored.Flags, restored.UserFlags.IsSet(3)));
            Assert.InRange((due - fixture.Clock.Elapsed - restored.RemainingLifetime).TotalMilliseconds, -50, 50);
            Assert.Equal(
                (TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(77), TimeSpan.FromSeconds(17)),
                (restored.Timeout, restored.DeleteDelay, restored.OptionsPingInterval)
            );
            Assert.Contains("\"node\":\"here\"", Assert.Single(store.Rows).GetText(DialogColumn.Details), StringComparison.Ordinal);
            await again.SaveAllAsync(TestContext.Current.CancellationToken);
        }

        fixture.Run((due - fixture.Clock.Elapsed).TotalSeconds - 1);
        Assert.Equal(DialogState.Confirmed, restored.State);
        fixture.Run(2);
        Assert.Equal((DialogState.Deleted, "Lifetime Timeout", true), (restored.State, restored.TerminationReason, call.IsOver));
        node!.Dispose();
    }

    private static DialogStoreOptions Options() => new() { Node = "here", Durability = DialogDurability.SoonAfter };
}
