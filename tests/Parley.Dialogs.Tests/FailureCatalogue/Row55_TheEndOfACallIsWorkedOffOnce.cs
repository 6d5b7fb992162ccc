using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>The storage's part: a crash between the end of a call and its durable record, at each place that it can fall on.</summary>
public class Row55_TheEndOfACallIsWorkedOffOnce
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Row_55_a_crash_at_the_end_of_a_call_leaves_one_record_and_no_row(bool isWritten)
    {
        var rows = new MemoryDialogStore();
        var store = new BreakingStore(rows);
        using var fixture = new CallFixture(
            static options => options.ProfilesWithoutValue.Add("calls"),
            store: static builder => builder.AddCallRecords()
        );
        var options = new DialogStoreOptions();
        using var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners, options, fixture.Clock);
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                dialog.Profiles.Set("calls");
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(0.2);
        await FlushAsync(kept);
        fixture.Run(0.5);
        await FlushAsync(kept);
        call.Bye();
        fixture.Run(0.2);
        Assert.Contains("Terminated BYE >", fixture.Events);
        Assert.Equal(0, fixture.Recorder.Count("200 BYE", to: "10.0.1.1"));
        if (isWritten)
        {
            // The transaction is done, and the proxy does not know.
            store.Breaks = true;
            await Assert.ThrowsAsync<IOException>(async () => await kept.FlushAsync(TestContext.Current.CancellationToken));
        }

        using Node next = Node.Restart(
            fixture,
            static o => o.ProfilesWithoutValue.Add("calls"),
            adapt: static builder => builder.AddCallRecords()
        );
        using var again = new DialogPersistence(
            next.Dialogs,
            rows,
            next.Proxy.Transport.Listeners,
            new DialogStoreOptions(),
            fixture.Clock
        );
        Assert.Equal((isWritten ? 0 : 1, 0), await again.LoadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(isWritten ? 0 : 1, next.Dialogs.FindProfile("calls")!.Size());
        for (int i = 0; i < 40 && !call.IsOver; i++)
        {
            fixture.Run(1); // the caller repeats its BYE
            await FlushAsync(again);
        }

        Assert.True(call.IsOver);
        Assert.Empty(rows.Rows);
        Assert.Equal(call.CallId, Assert.Single(rows.CallRecords).CallId);
        Assert.Equal(isWritten ? 0 : 1, next.Events.Count(static e => e.StartsWith("Terminated", StringComparison.Ordinal)));
        Assert.Equal(0, next.Dialogs.FindProfile("calls")!.Size());
    }

    private static async Task FlushAsync(DialogPersistence kept)
    {
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }
    }

    /// <summary>Its connection breaks after the commit.</summary>
    private sealed class BreakingStore(MemoryDialogStore rows) : IDialogStore
    {
        public bool Breaks { get; set; }

        public IAsyncEnumerable<DialogRecord> LoadAsync(CancellationToken cancellation) => rows.LoadAsync(cancellation);

        public async ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation)
        {
            await rows.WriteAsync(batch, cancellation);
            if (Breaks)
                throw new IOException("the connection broke after the commit");
        }

        public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation) =>
            rows.ReplaceAsync(all, cancellation);
    }
}
