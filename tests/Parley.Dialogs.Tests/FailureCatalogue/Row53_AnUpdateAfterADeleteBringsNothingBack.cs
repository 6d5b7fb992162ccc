using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>The storage's part: a row that was removed stays removed, whatever comes behind the end and wherever a crash falls.</summary>
public sealed class Row53_AnUpdateAfterADeleteBringsNothingBack : IAsyncDisposable
{
    private readonly StoreWorld.MemoryJournal _journal = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Row_53_an_update_after_a_delete_writes_no_row(int flushes)
    {
        StoreWorld world = World();
        world.Change(1, DialogState.Confirmed, "a");
        await world.FlushAllAsync();
        world.Change(1, DialogState.Deleted, withRecord: true);
        if (flushes > 0)
            await world.FlushAllAsync();
        Late(world);
        if (flushes > 1)
            await world.FlushAllAsync();
        Late(world);
        await world.FlushAllAsync();
        Assert.Empty(world.Store.Rows);
        Assert.Single(world.Store.CallRecords);
        Assert.True(world.Feed.IsDurable(world.Feed.LastSequence));
    }

    [Fact]
    public async Task Row_53_an_update_after_a_delete_that_is_being_written_joins_it()
    {
        StoreWorld world = World();
        world.Change(1, DialogState.Confirmed, "a");
        await world.FlushAllAsync();
        world.Change(1, DialogState.Deleted);
        world.Store.Stall = new TaskCompletionSource();
        ValueTask<bool> write = world.FlushAsync();
        Late(world);
        world.Store.Stall.SetResult();
        world.Store.Stall = null;
        await write;
        await world.FlushAllAsync();
        Assert.Empty(world.Store.Rows);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Row_53_neither_a_replay_nor_a_restart_brings_back_what_had_ended(bool storeHasRow)
    {
        StoreWorld world = World();
        world.Change(1, DialogState.Confirmed, "a");
        if (storeHasRow)
            await world.FlushAllAsync();
        world.Store.Failures = 20;
        world.Change(1, DialogState.Confirmed, "b");
        await world.Writer.FlushAsync(force: false);
        world.Change(1, DialogState.Deleted, withRecord: true);
        await world.Writer.FlushAsync(force: false);
        Late(world);
        long last = world.Feed.LastSequence;
        await world.Writer.FlushAsync(force: false);
        Assert.True(world.Feed.IsDurable(last));
        IReadOnlyList<DialogRecord> rows = world.Store.Rows;
        StoreWorld.MemoryJournal left = _journal;
        for (int life = 0; life < 2; life++)
        {
            left = left.Copy(); // the first crash meets the replay itself, before the journal was emptied
            var next = new StoreWorld(options: new DialogStoreOptions { Journal = left });
            await next.Store.WriteAsync(new DialogStoreBatch { Saves = rows }, TestContext.Current.CancellationToken);
            await next.Writer.OpenAsync(TestContext.Current.CancellationToken);
            Assert.Empty(next.Store.Rows);
            Assert.Single(next.Store.CallRecords);
            Assert.Empty(next.Writer.TakeRefused());
            left = _journal;
        }
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    /// <summary>A value that is set in the last callbacks, as the feed has it.</summary>
    private static void Late(StoreWorld world) =>
        world.Feed.Publish(DialogChangeKind.Updated, StoreWorld.Id(1), DialogState.Deleted, DialogState.Deleted, null);

    private StoreWorld World() => new(options: new DialogStoreOptions { Journal = _journal });
}
