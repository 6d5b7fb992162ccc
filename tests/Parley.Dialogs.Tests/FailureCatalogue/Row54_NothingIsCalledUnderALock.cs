using System.Runtime.CompilerServices;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row54_NothingIsCalledUnderALock
{
    [Fact]
    public async Task Row_54_the_store_its_callbacks_and_held_responses_are_called_outside_of_the_dialogs_lock()
    {
        using var fixture = new CallFixture(static options => options.ProfilesWithoutValue.Add("calls"));
        int calls = 0;
        void Check(Dialog dialog)
        {
            calls++;
            Assert.False(dialog.Lock.IsHeldByCurrentThread);
        }

        fixture.OnCallback = (dialog, _, _) => Check(dialog);
        var store = new WatchingStore(() => Check(fixture.Dialog));
        using var kept = new DialogPersistence(
            fixture.Dialogs,
            store,
            fixture.Proxy.Transport.Listeners,
            new DialogStoreOptions(),
            fixture.Clock
        );
        fixture.Network.Interceptor = packet =>
        {
            if (packet.From.Name == "10.0.0.1" && fixture.All.Count > 0)
                Check(fixture.Dialog);
            return PacketFate.Pass;
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(0.2);
        fixture.Dialog.On(DialogCallbackTypes.Saved | DialogCallbackTypes.WriteValues, (dialog, _, _) => Check(dialog));
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        fixture.Run(0.5);
        call.Bye();
        fixture.Run(0.2);
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        fixture.Run(1);
        await kept.SyncAsync(TestContext.Current.CancellationToken);
        await kept.RestoreAsync(TestContext.Current.CancellationToken);
        Assert.True(call.IsOver);
        Assert.Equal(2, kept.Statistics.Holds);
        Assert.True(calls > 20);
        Assert.Equal(0, kept.Statistics.Failures);
    }

    /// <summary>Says when it is called.</summary>
    private sealed class WatchingStore(Action called) : IDialogStore
    {
        private readonly MemoryDialogStore _inner = new();

        public async IAsyncEnumerable<DialogRecord> LoadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            called();
            await foreach (DialogRecord row in _inner.LoadAsync(cancellation))
                yield return row;
        }

        public ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation)
        {
            called();
            return _inner.WriteAsync(batch, cancellation);
        }

        public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation)
        {
            called();
            return _inner.ReplaceAsync(all, cancellation);
        }
    }
}
