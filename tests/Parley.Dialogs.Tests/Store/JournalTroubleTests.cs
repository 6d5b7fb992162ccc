using Xunit;

namespace Parley.Dialogs.Tests;

/// <summary>Rows that the store refuses, and journals that fail while they hold what is out of date.</summary>
public sealed class JournalTroubleTests : IAsyncDisposable
{
    private readonly StoreWorld.MemoryJournal _journal = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_row_that_was_put_aside_survives_a_crash_in_the_journal_and_is_a_dialog_again(bool namesIt)
    {
        StoreWorld world = World();
        world.Store.NamesRefused = namesIt;
        world.Store.Refused.Add(StoreWorld.Id(2));
        for (int i = 1; i <= 4; i++)
            world.Change(i, DialogState.Confirmed, $"t{i}");
        long last = world.Feed.LastSequence;
        await world.FlushAllAsync();
        Assert.True(world.Feed.IsDurable(last));
        Assert.Equal("1:t1 3:t3 4:t4", world.Texts);
        Assert.Equal((1, 1), (world.Writer.Statistics().RowsAside, (int)world.Writer.Statistics().PutAside));
        Assert.Contains(world.Log.Lines, static line => line.Contains("is put aside in the journal", StringComparison.Ordinal));
        // The others do not go by the journal for it.
        int entries = _journal.Entries.Count;
        world.Change(1, DialogState.Confirmed, "u1");
        await world.FlushAllAsync();
        Assert.Equal(("1:u1 3:t3 4:t4", entries), (world.Texts, _journal.Entries.Count));

        StoreWorld next = await CrashAsync(world, namesIt);
        Assert.Equal("1:u1 3:t3 4:t4", next.Texts);
        DialogRecord refused = Assert.Single(next.Writer.TakeRefused());
        Assert.Equal((StoreWorld.Id(2), "t2"), (refused.Id, refused.GetText(DialogColumn.CallerContact)));
        Assert.Equal(1, next.Writer.Statistics().RowsAside);
        for (int i = 1; i <= 4; i++)
            next.Change(i, DialogState.Confirmed, i == 1 ? "u1" : $"t{i}"); // loaded
        await next.FlushAllAsync();
        next.Store.Refused.Clear();
        next.Writer.RetryAside();
        await next.FlushAllAsync();
        Assert.Equal("1:u1 2:t2 3:t3 4:t4", next.Texts);
        Assert.Equal(0, next.Writer.Statistics().JournalEntries);
        Assert.Equal(0, next.Writer.Statistics().RowsAside);
    }

    [Fact]
    public async Task A_row_that_was_put_aside_and_whose_call_is_over_does_not_come_back_by_a_crash()
    {
        StoreWorld world = World();
        world.Store.NamesRefused = true;
        world.Store.Refused.Add(StoreWorld.Id(2));
        world.Store.Refused.Add(StoreWorld.Id(3));
        for (int i = 1; i <= 3; i++)
            world.Change(i, DialogState.Confirmed, $"t{i}");
        await world.FlushAllAsync();
        long end = world.Change(2, DialogState.Deleted, withRecord: true);
        await world.FlushAllAsync();
        Assert.True(world.Feed.IsDurable(end));
        StoreWorld next = await CrashAsync(world, namesIt: true, 3);
        Assert.Equal("1:t1", next.Texts);
        Assert.Equal(StoreWorld.Id(3), Assert.Single(next.Writer.TakeRefused()).Id);
        Assert.Single(next.Store.CallRecords);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_journal_that_takes_nothing_more_delays_nothing_and_brings_nothing_old_back(bool deletes)
    {
        StoreWorld world = World();
        world.Change(1, DialogState.Confirmed, "old");
        world.Store.Failures = 2;
        await world.Writer.FlushAsync(force: false);
        Assert.Single(_journal.Entries);
        // From here on the journal's disk is read-only: it has the old version, and will have it after a crash.
        _journal.Failures = int.MaxValue;
        _journal.KeepsAll = true;
        world.Store.Failures = 0;
        long sequence = deletes ? world.Change(1, DialogState.Deleted, withRecord: true) : world.Change(1, DialogState.Confirmed, "new");
        long other = world.Change(2, DialogState.Confirmed, "b");
        await world.FlushAllAsync();
        Assert.True(world.Feed.IsDurable(sequence));
        Assert.True(world.Feed.IsDurable(other));
        world.Change(3, DialogState.Confirmed, "c");
        await world.FlushAllAsync();
        Assert.True(world.Feed.IsDurable(world.Feed.LastSequence));
        Assert.Contains(world.Log.Lines, static line => line.Contains("neither be emptied nor appended to", StringComparison.Ordinal));
        Assert.Single(_journal.Entries);

        StoreWorld next = await CrashAsync(world, namesIt: false);
        Assert.Equal(deletes ? "2:b 3:c" : "1:new 2:b 3:c", Dialogs(next));
        Assert.Equal(deletes ? 1 : 0, next.Store.CallRecords.Count);

        // It is well again: the mark goes, and what comes is journaled as ever.
        _journal.Failures = 0;
        _journal.KeepsAll = false;
        await world.FlushAllAsync();
        Assert.Equal(world.TrueTexts, world.Texts);
        Assert.Empty(_journal.Entries);
    }

    [Fact]
    public async Task What_is_journaled_behind_a_mark_is_replayed()
    {
        StoreWorld world = World();
        world.Change(1, DialogState.Confirmed, "old");
        world.Store.Failures = 2;
        await world.Writer.FlushAsync(force: false);
        _journal.Failures = int.MaxValue;
        _journal.KeepsAll = true;
        world.Store.Failures = 0;
        world.Change(1, DialogState.Confirmed, "new");
        await world.FlushAllAsync();
        _journal.Failures = 0;
        world.Store.Failures = 3;
        world.Change(2, DialogState.Confirmed, "b");
        await world.FlushAsync();
        Assert.Equal(2, _journal.Entries.Count);
        StoreWorld next = await CrashAsync(world, namesIt: false);
        Assert.Equal("1:new 2:b", Dialogs(next));
    }

    [Fact]
    public async Task A_call_record_that_the_store_refuses_holds_up_no_other_and_is_tried_again()
    {
        StoreWorld world = World();
        for (int i = 1; i <= 6; i++)
        {
            world.Change(i, DialogState.Confirmed, "t");
            world.Change(i, DialogState.Deleted, withRecord: true);
        }

        world.Store.RefusedRecord = StoreWorld.Id(3);
        await world.FlushAllAsync();
        for (int i = 0; i < 3; i++)
        {
            world.Change(7 + i, DialogState.Confirmed, "later");
            await world.FlushAllAsync();
        }

        Assert.Equal(5, world.Store.CallRecords.Count);
        Assert.True(world.Feed.IsDurable(world.Feed.LastSequence));
        StoreWorld next = await CrashAsync(world, namesIt: false);
        Assert.Equal(6, next.Store.CallRecords.Count);
        world.Store.RefusedRecord = null;
        world.Writer.RetryAside();
        await world.FlushAllAsync();
        Assert.Equal(6, world.Store.CallRecords.Count);
        Assert.Empty(_journal.Entries);
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    /// <summary>Memory is gone, store and journal stay.</summary>
    private async Task<StoreWorld> CrashAsync(StoreWorld world, bool namesIt, params int[] refused)
    {
        StoreWorld.MemoryJournal left = _journal.Copy();
        var next = new StoreWorld(options: new DialogStoreOptions { Journal = left });
        await next.Store.WriteAsync(
            new DialogStoreBatch { Saves = world.Store.Rows, CallRecords = world.Store.CallRecords },
            TestContext.Current.CancellationToken
        );
        next.Store.NamesRefused = namesIt;
        foreach (DialogId id in world.Store.Refused)
        {
            if (refused.Length == 0 || refused.Contains((int)id.Id))
                next.Store.Refused.Add(id);
        }

        await next.Writer.OpenAsync(TestContext.Current.CancellationToken);
        return next;
    }

    private static string Dialogs(StoreWorld world) =>
        string.Join(
            ' ',
            world
                .Store.Rows.Where(static row => row.State != DialogState.Deleted)
                .Select(static row => $"{row.Id.Id}:{row.GetText(DialogColumn.CallerContact)}")
        );

    private StoreWorld World() => new(options: new DialogStoreOptions { Journal = _journal, CommitRows = 4 });
}
