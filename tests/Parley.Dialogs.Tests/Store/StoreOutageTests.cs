using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public sealed class StoreOutageTests : IAsyncDisposable
{
    private readonly StoreWorld.MemoryJournal _journal = new();

    [Fact]
    public async Task Changes_of_one_dialog_are_one_row_and_numbers_alone_are_an_update()
    {
        var world = new StoreWorld();
        world.Change(1, DialogState.ConfirmedNoAck, "a");
        world.Change(1, DialogState.Confirmed, "b");
        await world.FlushAllAsync();
        DialogStoreBatch first = Assert.Single(world.Store.Batches);
        Assert.Equal((1, 0), (first.Saves.Count, first.Updates.Count));
        world.Change(1, DialogState.Confirmed);
        await world.FlushAllAsync();
        DialogStoreBatch second = world.Store.Batches[1];
        Assert.Equal((0, 1), (second.Saves.Count, second.Updates.Count));
        world.Change(1, DialogState.Confirmed, "c");
        await world.FlushAllAsync();
        Assert.Equal((1, 0), (world.Store.Batches[2].Saves.Count, world.Store.Batches[2].Updates.Count));
        Assert.Equal("1:c", world.Texts);
        Assert.Equal((3, 1), (world.Writer.Statistics().RowsWritten, world.Writer.Statistics().RowsUpdated));
    }

    [Fact]
    public async Task A_dialog_that_was_never_written_is_not_removed()
    {
        var world = new StoreWorld();
        world.Change(1, DialogState.Early);
        world.Change(1, DialogState.Deleted);
        await world.FlushAllAsync();
        Assert.Empty(world.Store.Batches);
        world.Change(2, DialogState.Deleted, withRecord: true); // failed, and its record is wanted
        await world.FlushAllAsync();
        Assert.Empty(Assert.Single(world.Store.Batches).Deletes);
        Assert.Single(world.Store.CallRecords);
    }

    [Fact]
    public async Task The_record_of_a_call_is_written_with_the_removal_of_its_row()
    {
        var world = new StoreWorld();
        world.Change(1, DialogState.Confirmed);
        await world.FlushAllAsync();
        world.Writer.Add(StoreWorld.Record(1, number: 1));
        world.Change(1, DialogState.Deleted, withRecord: true);
        await world.FlushAllAsync();
        DialogStoreBatch last = world.Store.Batches[^1];
        Assert.Equal((1, 1, 1), (last.Deletes.Count, last.CallRecords.Count, last.IntermediateRecords.Count));
        Assert.Empty(world.Store.Rows);
    }

    [Fact]
    public async Task A_dialog_that_is_over_keeps_its_row_until_its_end_is_told_with_the_record()
    {
        var world = new StoreWorld();
        world.Change(1, DialogState.Confirmed);
        await world.FlushAllAsync();
        using (DialogFeedReader later = world.Feed.Subscribe())
        {
            // The state is deleted in memory, the change that says so is not on the feed yet: an update is.
            world.Feed.Publish(DialogChangeKind.Updated, StoreWorld.Id(1), DialogState.Confirmed, DialogState.Confirmed, null);
            world.Hide(1);
            await world.FlushAllAsync();
        }

        Assert.Single(world.Store.Rows);
        world.Change(1, DialogState.Deleted, withRecord: true);
        await world.FlushAllAsync();
        Assert.Empty(world.Store.Rows);
        Assert.Single(world.Store.CallRecords);
    }

    [Fact]
    public async Task What_the_store_does_not_take_is_durable_in_the_journal_and_written_when_it_returns()
    {
        StoreWorld world = World();
        world.Change(1, DialogState.Confirmed, "a");
        await world.FlushAllAsync();
        world.Store.Failures = 3;
        world.Change(1, DialogState.Deleted, withRecord: true);
        long second = world.Change(2, DialogState.Confirmed, "b");
        Assert.True(await world.Writer.FlushAsync(force: false));
        Assert.True(world.Feed.IsDurable(second));
        Assert.Equal((3, false), (_journal.Entries.Count, world.Writer.IsHealthy));
        Assert.False(world.Writer.IsUnavailable);
        Assert.Equal((3, 2), (world.Writer.Statistics().JournalEntries, world.Writer.Statistics().QueueDepth));
        long third = world.Change(2, DialogState.Confirmed, "c");
        await world.Writer.FlushAsync(force: false); // not due: the journal alone
        Assert.True(world.Feed.IsDurable(third));
        Assert.Equal(4, _journal.Entries.Count);
        await world.FlushAllAsync();
        await world.FlushAllAsync();
        Assert.Equal(world.TrueTexts, world.Texts);
        Assert.Single(world.Store.CallRecords);
        Assert.Empty(_journal.Entries);
        Assert.True(world.Writer.IsHealthy);
        Assert.Equal([1u, 2u], world.SavedIds); // once each, when the store had the row
    }

    [Fact]
    public async Task What_the_journal_takes_is_durable_also_when_the_store_came_back_for_one_write_only()
    {
        StoreWorld world = World();
        world.Store.Failures = int.MaxValue;
        for (int round = 0; round < 2; round++)
        {
            for (int dialog = 1; dialog <= 6; dialog++)
                world.Change(dialog, DialogState.Confirmed, $"{round}"); // in the journal, and once more
            await world.FlushAsync();
        }

        world.Store.Failures = 0;
        Assert.True(await world.FlushAsync());
        Assert.Equal((4, 12), (world.Store.Rows.Count, _journal.Entries.Count));
        world.Store.Failures = int.MaxValue;
        long last = world.Change(7, DialogState.Confirmed, "a");
        await world.FlushAsync();
        Assert.Equal(13, _journal.Entries.Count);
        Assert.True(world.Feed.IsDurable(last));
        world.Store.Failures = 0;
        await world.FlushAllAsync();
        Assert.Equal(world.TrueTexts, world.Texts);
        Assert.Empty(_journal.Entries);
    }

    [Fact]
    public async Task The_journal_of_a_crash_is_replayed_before_anything_else_each_dialog_as_it_was_last()
    {
        StoreWorld world = World();
        world.Change(1, DialogState.Confirmed, "a");
        world.Change(2, DialogState.Confirmed, "b");
        await world.FlushAllAsync();
        world.Store.Failures = int.MaxValue;
        world.Change(1, DialogState.Confirmed, "a2");
        await world.FlushAsync();
        world.Change(1, DialogState.Confirmed, "a3");
        world.Change(2, DialogState.Deleted, withRecord: true);
        await world.FlushAsync();

        StoreWorld next = World();
        await next.Store.WriteAsync(new DialogStoreBatch { Saves = world.Store.Rows }, default);
        Assert.Equal("1:a 2:b", next.Texts);
        await next.Writer.OpenAsync(default);
        Assert.Equal("1:a3", next.Texts);
        Assert.Single(next.Store.CallRecords);
        Assert.Empty(_journal.Entries);
    }

    [Fact]
    public async Task A_write_that_stalls_holds_up_nobody_and_its_late_success_counts()
    {
        StoreWorld world = World(TimeSpan.FromMilliseconds(20));
        world.Store.WritesLate = true;
        world.Store.Stall = new TaskCompletionSource();
        long first = world.Change(1, DialogState.Confirmed, "a");
        await world.FlushAsync();
        Assert.True(world.Feed.IsDurable(first));
        long second = world.Change(1, DialogState.Confirmed, "b");
        await world.FlushAsync();
        Assert.True(world.Feed.IsDurable(second));
        Assert.Equal(1, world.Store.Calls); // one write at a time
        TaskCompletionSource stall = world.Store.Stall;
        world.Store.Stall = null;
        stall.SetResult();
        while (world.Store.Rows.Count == 0)
            await Task.Delay(1, TestContext.Current.CancellationToken);
        await world.FlushAllAsync();
        Assert.Equal("1:b", world.Texts);
        Assert.Empty(_journal.Entries);
    }

    /// <summary>The row that the store does not take is of a call that has ended since, so it leaves no entry in the journal.</summary>
    [Fact]
    public async Task What_comes_while_a_write_takes_too_long_is_in_the_journal_although_that_write_left_nothing_there()
    {
        StoreWorld world = World(TimeSpan.FromMilliseconds(20));
        world.Store.WritesLate = true;
        world.Store.Stall = new TaskCompletionSource();
        world.Change(1, DialogState.Confirmed, "a");
        Task<bool> first = world.FlushAsync().AsTask();
        world.Hide(1);
        await first;
        Assert.Empty(_journal.Entries);
        long second = world.Change(2, DialogState.Confirmed, "b");
        await world.FlushAsync();
        Assert.Single(_journal.Entries);
        Assert.False(world.Feed.IsDurable(second)); // the first call is in no place for certain, neither its row nor its record
        world.Change(1, DialogState.Deleted, withRecord: true);
        await world.FlushAsync();
        Assert.True(world.Feed.IsDurable(world.Feed.LastSequence));
        TaskCompletionSource stall = world.Store.Stall;
        world.Store.Stall = null;
        stall.SetResult();
        while (world.Store.Rows.Count == 0)
            await Task.Delay(1, TestContext.Current.CancellationToken);
        await world.FlushAllAsync();
        Assert.Single(world.Store.CallRecords);
        Assert.Equal("2:b", world.Texts);
        Assert.Empty(_journal.Entries);
    }

    [Fact]
    public async Task A_row_whose_write_was_given_up_is_removed_although_the_writer_does_not_know_that_it_is_there()
    {
        var world = new StoreWorld(options: new DialogStoreOptions { StoreTimeout = TimeSpan.FromMilliseconds(20) });
        world.Store.WritesLate = true;
        world.Store.Stall = new TaskCompletionSource();
        world.Change(1, DialogState.Confirmed);
        await Assert.ThrowsAsync<TimeoutException>(async () => await world.FlushAsync());
        world.Change(1, DialogState.Deleted);
        TaskCompletionSource stall = world.Store.Stall;
        world.Store.Stall = null;
        stall.SetResult();
        while (world.Store.Rows.Count == 0)
            await Task.Delay(1, TestContext.Current.CancellationToken);
        await world.FlushAllAsync();
        Assert.Empty(world.Store.Rows);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_row_that_the_store_refuses_for_itself_is_put_aside_and_holds_up_no_other(bool namesIt)
    {
        var world = new StoreWorld();
        world.Store.NamesRefused = namesIt;
        world.Store.Refused.Add(StoreWorld.Id(7));
        for (int dialog = 1; dialog <= 20; dialog++)
            world.Change(dialog, DialogState.Confirmed, "x");
        await world.FlushAllAsync();
        Assert.Equal(19, world.Store.Rows.Count);
        Assert.True(world.Feed.IsDurable(world.Feed.LastSequence));
        Assert.True(world.Writer.IsHealthy);
        Assert.Equal(1, world.Writer.Statistics().RowsAside);
        string line = Assert.Single(world.Log.Lines, line => line.Contains("put aside", StringComparison.Ordinal));
        Assert.Contains(StoreWorld.Id(7).ToString(), line, StringComparison.Ordinal);
        Assert.Contains("call", line, StringComparison.Ordinal);

        // Its next change is tried, and a row that is right now is written.
        world.Store.Refused.Clear();
        world.Change(7, DialogState.Confirmed, "y");
        await world.FlushAllAsync();
        Assert.Equal(20, world.Store.Rows.Count);
        Assert.Equal(0, world.Writer.Statistics().RowsAside);
    }

    [Fact]
    public async Task A_store_that_refuses_every_row_is_out_of_order_and_no_row_is_blamed()
    {
        StoreWorld world = World();
        for (int dialog = 1; dialog <= 5; dialog++)
        {
            world.Change(dialog, DialogState.Confirmed);
            world.Store.Refused.Add(StoreWorld.Id(dialog)); // a full disk: removals pass
        }

        for (int i = 0; i < 20; i++)
            await world.FlushAsync();
        Assert.Equal((0, false), (world.Writer.Statistics().RowsAside, world.Writer.IsHealthy));
        Assert.True(world.Feed.IsDurable(world.Feed.LastSequence));
        Assert.True(_journal.Entries.Count >= 5);
        world.Store.Refused.Clear();
        await world.FlushAllAsync();
        await world.FlushAllAsync();
        Assert.Equal(world.Truth, world.Stored);
        Assert.Empty(_journal.Entries);
    }

    [Fact]
    public async Task With_store_and_journal_away_nothing_is_lost_and_nothing_counts_as_durable()
    {
        StoreWorld world = World();
        world.Store.Failures = 1;
        _journal.Failures = 1;
        long sequence = world.Change(1, DialogState.Confirmed);
        await Assert.ThrowsAsync<IOException>(async () => await world.FlushAsync());
        Assert.False(world.Feed.IsDurable(sequence));
        Assert.True(world.Writer.IsUnavailable);
        await world.FlushAllAsync();
        Assert.True(world.Feed.IsDurable(sequence));
        Assert.False(world.Writer.IsUnavailable);
        Assert.Equal(world.Truth, world.Stored);
    }

    [Fact]
    public async Task A_call_record_that_joins_the_journal_when_all_others_were_just_read_is_written_too()
    {
        var world = new StoreWorld(options: new DialogStoreOptions { Journal = _journal, CommitRows = 2 });
        world.Store.Failures = 2; // the write and the probe after it
        world.Change(1, DialogState.Confirmed);
        world.Writer.Add(StoreWorld.Record(2));
        world.Writer.Add(StoreWorld.Record(3));
        await world.FlushAsync();
        Assert.Equal(3, _journal.Entries.Count);
        await world.FlushAsync(); // the two records that it has, as many as one write takes
        world.Writer.Add(StoreWorld.Record(4));
        await world.FlushAllAsync();
        Assert.Equal([2u, 3u, 4u], world.Store.CallRecords.Select(static record => record.DialogId.Id).Order());
        Assert.Empty(_journal.Entries);
    }

    [Fact]
    public void Whatever_fails_and_wherever_it_crashes_what_was_durable_is_there_after_the_journal_was_replayed() =>
        Gen.Select(Gen.Int[0, 11], Gen.Int[1, 4], Gen.Int[1, 5])
            .Array[0, 80]
            .Sample(
                steps =>
                {
                    var journal = new StoreWorld.MemoryJournal();
                    var world = new StoreWorld(3, new DialogStoreOptions { Journal = journal, CommitRows = 2 });
                    var durable = new Dictionary<int, (long Sequence, DialogState State)>();
                    var records = new Dictionary<int, long>(); // of the last end of each: one that was taken back has none
                    foreach ((int kind, int dialog, int state) in steps)
                    {
                        switch (kind)
                        {
                            case 0 or 1 or 2:
                                Flush(world);
                                break;
                            case 3:
                                world.Store.Failures = state;
                                break;
                            case 4:
                                journal.Failures = state;
                                break;
                            default:
                                long sequence = world.Change(dialog, (DialogState)state, $"t{kind}", withRecord: state == 5);
                                durable[dialog] = (sequence, world.StateOf(dialog));
                                if (world.StateOf(dialog) == DialogState.Deleted)
                                    records[dialog] = sequence;
                                break;
                        }
                    }

                    // The crash: memory is gone, store and journal stay.
                    var next = new StoreWorld(3, new DialogStoreOptions { Journal = journal.Copy() });
                    next.Store.WriteAsync(new DialogStoreBatch { Saves = world.Store.Rows, CallRecords = world.Store.CallRecords }, default)
                        .AsTask()
                        .GetAwaiter()
                        .GetResult();
                    next.Writer.OpenAsync(default).AsTask().GetAwaiter().GetResult();
                    foreach ((int dialog, (long sequence, DialogState state)) in durable)
                    {
                        if (!world.Feed.IsDurable(sequence) || world.Writer.Statistics().RowsAside > 0)
                            continue; // one that was refused twice alone waits nowhere but in memory
                        bool isThere = next.Store.Rows.Any(row => row.Id == StoreWorld.Id(dialog));
                        Assert.True(
                            isThere == (state is DialogState.ConfirmedNoAck or DialogState.Confirmed),
                            $"dialog {dialog} {state}: {isThere} after {string.Join(' ', steps)}"
                        );
                    }

                    foreach ((int dialog, long sequence) in records)
                    {
                        if (!world.Feed.IsDurable(sequence) || world.StateOf(dialog) != DialogState.Deleted)
                            continue;
                        Assert.True(
                            next.Store.CallRecords.Any(record => record.DialogId == StoreWorld.Id(dialog)),
                            $"dialog {dialog}: no record after {string.Join(' ', steps)}"
                        );
                    }

                    // And without one all ends well.
                    world.Store.Failures = journal.Failures = 0;
                    for (int i = 0; i < 3; i++)
                    {
                        int flushes = 0;
                        while (Flush(world))
                            Assert.True(++flushes < 200, $"{world.Writer.Statistics()} {steps.Length}");
                        world.Writer.RetryAside();
                    }

                    Assert.Equal(world.TrueTexts, world.Texts);
                    Assert.Empty(journal.Entries);
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
                },
                iter: 5_000
            );

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private StoreWorld World(TimeSpan? timeout = null) =>
        new(
            options: new DialogStoreOptions
            {
                Journal = _journal,
                StoreTimeout = timeout ?? TimeSpan.FromSeconds(2),
                CommitRows = 4,
            }
        );
}
