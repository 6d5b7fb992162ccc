using System.Runtime.CompilerServices;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row54_NothingIsCalledUnderALock
{
    [Fact]
    public async Task Row_54_the_store_its_callbacks_and_held_responses_are_called_outside_of_the_dialogs_lock()
    {
        using var bench = new CallBench(static options => options.ProfilesWithoutValue.Add("calls"));
        int calls = 0;
        void Check(Dialog dialog)
        {
            calls++;
            Assert.False(dialog.Lock.IsHeldByCurrentThread);
        }

        bench.OnCallback = (dialog, _, _) => Check(dialog);
        var store = new WatchingStore(() => Check(bench.Dialog));
        using var kept = new DialogPersistence(
            bench.Dialogs,
            store,
            bench.Proxy.Transport.Listeners,
            new DialogStoreOptions(),
            bench.Clock
        );
        bench.Network.Interceptor = packet =>
        {
            if (packet.From.Name == "10.0.0.1" && bench.All.Count > 0)
                Check(bench.Dialog);
            return PacketFate.Pass;
        };
        ScriptedCall call = bench.Call();
        bench.Run(0.2);
        bench.Dialog.On(DialogCallbackTypes.Saved | DialogCallbackTypes.WriteValues, (dialog, _, _) => Check(dialog));
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        bench.Run(0.5);
        call.Bye();
        bench.Run(0.2);
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        bench.Run(1);
        await kept.SyncAsync(TestContext.Current.CancellationToken);
        await kept.RestoreAsync(TestContext.Current.CancellationToken);
        Assert.True(call.IsOver);
        Assert.Equal(2, kept.Statistics.Holds);
        Assert.InRange(calls, 10, 1_000);
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
