using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>Two nodes with one store, as far as a single node decides it: a backup has an ActsFor that says no. Who owns a dialog, and ends and expires it, comes with the second node.</summary>
public class Row46_OnlyTheOwnerPings
{
    [Fact]
    public async Task Of_two_that_have_the_dialog_from_one_store_the_backup_sends_nothing_until_it_takes_over()
    {
        var store = new MemoryDialogStore();
        using var owner = new CallFixture(null, DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee);
        using (var kept = new DialogPersistence(owner.Dialogs, store, owner.Proxy.Transport.Listeners))
        {
            owner.Call();
            owner.Run(100);
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        }

        Assert.NotEmpty(owner.Recorder.Find("OPTIONS"));
        bool tookOver = false;
        using var backup = new CallFixture(options => options.ActsFor = _ => tookOver, seed: 2);
        using var loaded = new DialogPersistence(backup.Dialogs, store, backup.Proxy.Transport.Listeners);
        Assert.Equal((1, 0), await loaded.LoadAsync(TestContext.Current.CancellationToken));
        backup.Run(600);
        Assert.Empty(backup.Recorder.Messages);
        Assert.Equal(DialogState.Confirmed, backup.Dialogs.Dialogs().Single().State);
        backup.Network.Interceptor = static packet => packet.Is("481 OPTIONS") ? PacketFate.Drop : PacketFate.Pass; // the ends here know of no call
        tookOver = true;
        backup.Run(31);
        Assert.NotEmpty(backup.Recorder.Find("OPTIONS", to: "10.0.1.1"));
        Assert.NotEmpty(backup.Recorder.Find("OPTIONS", to: "10.0.2.1"));
    }
}
