using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public class DialogStoreWriterTests
{
    private readonly StoreWorld _world = new(capacity: 100);

    [Fact]
    public async Task Rows_are_inserted_updated_and_removed_with_Saved_each_time()
    {
        _world.Change(1, DialogState.ConfirmedNoAck);
        _world.Change(2, DialogState.Confirmed);
        Assert.True(await _world.FlushAsync());
        Assert.Equal("1:ConfirmedNoAck 2:Confirmed", _world.Stored);
        _world.Change(1, DialogState.Confirmed);
        _world.Change(2, DialogState.Deleted);
        Assert.True(await _world.FlushAsync());
        Assert.Equal("1:Confirmed", _world.Stored);
        Assert.False(await _world.FlushAsync());
        Assert.Equal([1u, 2u, 1u], _world.SavedIds); // rows that were written, not the one that went
    }

    [Fact]
    public async Task Early_dialogs_are_not_stored_but_hold_nobody_up()
    {
        _world.Change(1, DialogState.Unconfirmed);
        _world.Change(1, DialogState.Early);
        Assert.False(await _world.FlushAsync());
        Assert.Equal("", _world.Stored);
        Assert.True(_world.Feed.IsDurable(_world.Feed.LastSequence));
    }

    [Fact]
    public async Task A_change_is_durable_only_once_the_store_has_it()
    {
        _world.Change(1, DialogState.Confirmed);
        long sequence = _world.Feed.LastSequence;
        _world.Store.Failures = 1;
        await Assert.ThrowsAsync<IOException>(async () => await _world.FlushAsync());
        Assert.False(_world.Feed.IsDurable(sequence));
        Assert.Empty(_world.SavedIds);
        Assert.True(await _world.FlushAsync());
        Assert.True(_world.Feed.IsDurable(sequence));
        Assert.Equal("1:Confirmed", _world.Stored);
        Assert.Equal([1u], _world.SavedIds);
    }

    [Fact]
    public async Task Row_52_a_row_that_is_there_already_is_replaced()
    {
        await _world.Store.WriteAsync(new DialogStoreBatch { Saves = [StoreWorld.Row(1, DialogState.ConfirmedNoAck)] }, default);
        _world.Change(1, DialogState.Confirmed);
        _world.Change(2, DialogState.Deleted); // never was there
        await _world.FlushAsync();
        Assert.Equal("1:Confirmed", _world.Stored);
    }

    [Fact]
    public async Task After_an_overflow_the_store_holds_what_there_is_and_no_more()
    {
        var world = new StoreWorld(capacity: 2);
        world.Change(1, DialogState.Confirmed);
        await world.FlushAsync();
        world.Change(1, DialogState.Deleted);
        for (int dialog = 2; dialog < 6; dialog++)
            world.Change(dialog, DialogState.Confirmed);
        world.Store.Failures = 2; // of the rows, and of what is asked then
        await Assert.ThrowsAsync<IOException>(async () => await world.FlushAsync());
        await world.FlushAsync();
        Assert.Equal("2:Confirmed 3:Confirmed 4:Confirmed 5:Confirmed", world.Stored);
        Assert.True(world.Feed.IsDurable(world.Feed.LastSequence));
    }

    [Fact]
    public async Task Shutdown_writes_everything_anew()
    {
        await _world.Store.WriteAsync(new DialogStoreBatch { Saves = [StoreWorld.Row(9, DialogState.Confirmed)] }, default);
        _world.Change(1, DialogState.Confirmed);
        _world.Change(2, DialogState.Early);
        await _world.Writer.ReplaceAllAsync();
        Assert.Equal("1:Confirmed", _world.Stored);
    }

    [Fact]
    public async Task It_runs_by_itself_and_goes_on_after_a_failure()
    {
        var world = new StoreWorld(options: new DialogStoreOptions { Retry = TimeSpan.FromMilliseconds(1) });
        using var stop = new CancellationTokenSource();
        world.Store.Failures = 1;
        Task run = world.Writer.RunAsync(stop.Token);
        world.Change(1, DialogState.Confirmed);
        long first = world.Feed.LastSequence;
        await Task.Yield();
        world.Change(2, DialogState.Confirmed);
        await world.Feed.WhenDurableAsync(world.Feed.LastSequence);
        Assert.Equal(1, world.Writer.Statistics().Failures);
        Assert.True(world.Feed.IsDurable(first));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public void The_store_ends_equal_to_the_dialogs_whatever_fails_between() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[1, 4], Gen.Int[1, 5])
            .Array[0, 60]
            .Select(Gen.Int[1, 4])
            .Sample(
                (steps, capacity) =>
                {
                    var world = new StoreWorld(capacity);
                    foreach ((int kind, int dialog, int state) in steps)
                    {
                        if (kind == 0)
                            Flush(world);
                        else if (kind == 1)
                            world.Store.Failures = 1;
                        else
                            world.Change(dialog, (DialogState)state);
                    }

                    while (Flush(world)) { }

                    world.Writer.RetryAside(); // what failed twice alone waits a minute
                    while (Flush(world)) { }

                    Assert.Equal(world.Truth, world.Stored);
                    Assert.True(world.Feed.IsDurable(world.Feed.LastSequence));

                    static bool Flush(StoreWorld world)
                    {
                        try
                        {
                            return world.FlushAsync().AsTask().GetAwaiter().GetResult();
                        }
                        catch (IOException)
                        {
                            return true;
                        }
                    }
                }
            );
}
