using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row49_GaugesAreReadFromTheTable
{
    [Fact]
    public async Task They_are_true_at_every_change_and_after_a_restart()
    {
        var store = new MemoryDialogStore();
        using var fixture = new CallFixture();
        int changes = 0,
            wrong = 0;
        fixture.Dialogs.StateChanged += (_, _) =>
        {
            changes++;
            if (
                fixture.Dialogs.Statistics.ActiveDialogs
                != fixture.Dialogs.Dialogs().Count(static d => d.State is DialogState.ConfirmedNoAck or DialogState.Confirmed)
            )
                wrong++;
            if (fixture.Dialogs.Statistics.EarlyDialogs != fixture.Dialogs.Dialogs().Count(static d => d.State == DialogState.Early))
                wrong++;
        };
        fixture.Network.Conditions = LinkConditions.Bad(0.1);
        fixture.Carol.OnInvite = static call =>
        {
            call.Ring();
            call.RejectAfter(TimeSpan.FromSeconds(1));
        };
        for (int i = 0; i < 30; i++)
        {
            ScriptedCall call = fixture.Call(i % 3 == 0 ? "carol" : "bob");
            if (i % 4 == 0)
                call.ByeAfter(TimeSpan.FromSeconds(3));
            fixture.Run(0.2);
        }

        fixture.Run(60);
        Assert.True(changes > 60);
        Assert.Equal(0, wrong);
        long active = fixture.Dialogs.Statistics.ActiveDialogs;
        Assert.InRange(active, 5, 25);
        using (var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);

        using Node next = Node.Restart(fixture);
        using DialogPersistence again = next.Keep(store);
        await again.LoadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(active, next.Dialogs.Statistics.ActiveDialogs);
        fixture.Network.Conditions = LinkConditions.Good;
        foreach (Dialog dialog in next.All)
            dialog.Terminate("x");
        fixture.Run(120);
        Assert.Equal((0, 0), (next.Dialogs.Statistics.ActiveDialogs, next.Dialogs.Statistics.CountOf(DialogState.Deleted)));
    }
}
