using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row42_LifetimesAreWallClockTimes
{
    [Fact]
    public async Task No_row_is_ever_written_with_an_end_that_is_past_or_not_known_yet()
    {
        using var fixture = new CallFixture(static options => options.DefaultTimeout = TimeSpan.FromSeconds(100));
        fixture.Dialogs.OnTimeout(static (dialog, _) => dialog.Timeout = TimeSpan.FromSeconds(100));
        var store = new Spy(fixture.Clock);
        using var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners);
        ScriptedCall call = fixture.Call();
        for (int i = 0; i < 180; i++)
        {
            fixture.Run(1);
            if (i == 50)
                fixture.Dialog.Timeout = TimeSpan.FromSeconds(100);
            if (i == 60)
                call.ReInvite();
            while (await kept.FlushAsync(TestContext.Current.CancellationToken))
                ;
        }

        Assert.True(store.Left.Count >= 3, $"{store.Left.Count} writes");
        Assert.All(store.Left, static left => Assert.InRange(left, 1, 101));
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(30, 30)]
    [InlineData(90, 0)]
    public async Task Time_that_passes_while_the_proxy_is_down_counts(int downMinutes, int leftMinutes)
    {
        var store = new MemoryDialogStore();
        using var fixture = new CallFixture(static options => options.DefaultTimeout = TimeSpan.FromHours(1), DialogFlags.ByeOnTimeout);
        fixture.Call();
        fixture.Run(1);
        using (var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        fixture.Network.Hosts.First(static h => h.Name == "10.0.0.1").Crash();
        fixture.Clock.ShiftUtc(TimeSpan.FromMinutes(downMinutes)); // the machine's uptime says nothing of it
        using var next = new Node(fixture, fixture.Network.AddHost("10.0.0.1"));
        using DialogPersistence again = next.Keep(store);
        Assert.Equal((1, 0), await again.LoadAsync(TestContext.Current.CancellationToken));
        Assert.InRange(next.All[0].RemainingLifetime.TotalMinutes, leftMinutes - 0.1, leftMinutes + 0.1);
        fixture.Run(5);
        Assert.Equal(leftMinutes == 0, next.Events.Any(static e => e is "Terminated" or "Expired"));
    }

    /// <summary>Seconds that each written row had left.</summary>
    private sealed class Spy(SimulatedClock clock) : IDialogStore
    {
        public List<long> Left { get; } = [];

        public async IAsyncEnumerable<DialogRecord> LoadAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
        )
        {
            await Task.CompletedTask;
            yield break;
        }

        public ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation)
        {
            Left.AddRange(batch.Rows.Select(row => row.Timeout - clock.GetUtcNow().ToUnixTimeSeconds()));
            return ValueTask.CompletedTask;
        }

        public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation) =>
            WriteAsync(new DialogStoreBatch { Saves = all }, cancellation);
    }
}
