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

    /// <summary>The store refuses a call record twice, others in between, and the journal fails at that moment.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_that_neither_store_nor_journal_takes_keeps_its_row_in_the_store(bool crashes)
    {
        StoreWorld world = World();
        world.Change(1, DialogState.Confirmed, "t1");
        await world.FlushAllAsync();
        world.Store.RefusedRecord = StoreWorld.Id(1);
        _journal.Failures = int.MaxValue;
        world.Change(1, DialogState.Deleted, withRecord: true);
        await RefuseAsync(world);
        Assert.Empty(world.Store.CallRecords);
        Assert.Contains("1:t1", world.Texts, StringComparison.Ordinal);
        Assert.Contains(world.Log.Lines, static line => line.Contains("its dialog's row stays in the store", StringComparison.Ordinal));
        Assert.True(world.Writer.KeepsRowOfEnded(StoreWorld.Id(1))); // it is not loaded again
        if (crashes)
        {
            StoreWorld next = await CrashAsync(world, namesIt: false);
            Assert.Contains("1:t1", next.Texts, StringComparison.Ordinal); // a dialog again, and its end has a record
            return;
        }

        world.Store.RefusedRecord = null;
        world.Writer.RetryAside();
        await world.FlushAllAsync();
        Assert.Single(world.Store.CallRecords);
        Assert.DoesNotContain("1:t1", world.Texts, StringComparison.Ordinal);
        DialogStoreBatch batch = Assert.Single(world.Store.Batches, static batch => batch.CallRecords.Count > 0);
        Assert.Contains(StoreWorld.Id(1), batch.Deletes);
        Assert.False(world.Writer.KeepsRowOfEnded(StoreWorld.Id(1)));
    }

    /// <summary>Whatever writes the row meanwhile has the record with it.</summary>
    [Theory]
    [InlineData("touched")]
    [InlineData("resync")]
    [InlineData("journal")]
    [InlineData("replaced")]
    public async Task A_record_that_keeps_its_row_goes_with_whatever_removes_it(string by)
    {
        StoreWorld world = new(capacity: 4, options: new DialogStoreOptions { Journal = _journal, CommitRows = 4 });
        world.Change(1, DialogState.Confirmed, "t1");
        await world.FlushAllAsync();
        world.Store.RefusedRecord = StoreWorld.Id(1);
        _journal.Failures = int.MaxValue;
        world.Change(1, DialogState.Deleted, withRecord: true);
        await RefuseAsync(world);
        world.Store.RefusedRecord = null;
        _journal.Failures = 0;
        if (by == "replaced")
        {
            await world.Writer.ReplaceAllAsync(TestContext.Current.CancellationToken);
        }
        else if (by == "resync")
        {
            for (int i = 10; i < 30; i++)
                world.Change(i, DialogState.Confirmed, "x");
        }
        else if (by == "touched")
        {
            world.Writer.RetryAside();
        }
        else
        {
            world.Store.Failures = 4;
            world.Writer.RetryAside();
            await world.FlushAsync();
            Assert.NotEmpty(_journal.Entries);
            StoreWorld next = await CrashAsync(world, namesIt: false);
            Assert.Single(next.Store.CallRecords);
            Assert.DoesNotContain("1:t1", next.Texts, StringComparison.Ordinal);
            world.Store.Failures = 0;
        }

        await world.FlushAllAsync();
        Assert.Single(world.Store.CallRecords);
        Assert.DoesNotContain("1:t1", world.Texts, StringComparison.Ordinal);
        if (by == "journal")
            return; // the journal's records go first
        foreach (DialogStoreBatch batch in world.Store.Batches.Where(static batch => batch.Deletes.Contains(StoreWorld.Id(1))))
            Assert.Single(batch.CallRecords);
    }

    /// <summary>The journal keeps a record that the store refused until the store has it, though other rows are written first.</summary>
    [Fact]
    public async Task A_record_that_is_tried_again_stays_in_the_journal_until_it_is_written()
    {
        StoreWorld world = new(options: new DialogStoreOptions { Journal = _journal, CommitRows = 1 });
        world.Change(1, DialogState.Confirmed, "t1");
        await world.FlushAllAsync();
        world.Store.RefusedRecord = StoreWorld.Id(1);
        world.Change(1, DialogState.Deleted, withRecord: true);
        await RefuseAsync(world);
        Assert.Empty(world.Store.CallRecords);
        Assert.DoesNotContain("1:t1", world.Texts, StringComparison.Ordinal); // the journal has the record
        world.Writer.RetryAside();
        for (int i = 0; i < 6; i++)
        {
            world.Change(40 + i, DialogState.Confirmed, "y");
            await world.FlushAsync();
            StoreWorld next = await CrashAsync(world, namesIt: false);
            Assert.Single(next.Store.CallRecords);
        }

        world.Store.RefusedRecord = null;
        world.Writer.RetryAside();
        await world.FlushAllAsync();
        Assert.Single(world.Store.CallRecords);
        Assert.Empty(_journal.Entries);
    }

    /// <summary>A call ends while its row is in the journal alone: the journal keeps it until the record is there.</summary>
    [Fact]
    public async Task A_row_in_the_journal_of_a_call_whose_end_is_not_on_the_feed_yet_survives_a_crash()
    {
        StoreWorld world = World();
        world.Store.Failures = 2;
        world.Change(1, DialogState.Confirmed, "t1");
        await world.FlushAsync();
        Assert.Single(_journal.Entries);
        world.Hide(1);
        await world.FlushAllAsync();
        await world.FlushAllAsync();
        StoreWorld next = await CrashAsync(world, namesIt: false);
        Assert.Equal("1:t1", next.Texts);
        world.Change(1, DialogState.Deleted, withRecord: true);
        await world.FlushAllAsync();
        Assert.Single(world.Store.CallRecords);
        Assert.Empty(world.Store.Rows);
        Assert.Empty(_journal.Entries);
    }

    /// <summary>What waits for the row of a call waits for its record where the call ends first.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_of_a_call_whose_end_is_not_on_the_feed_yet_is_not_durable_before_the_record(bool isAway)
    {
        StoreWorld world = World();
        long answer = world.Change(1, DialogState.Confirmed, "t1");
        world.Hide(1);
        world.Store.Failures = isAway ? 4 : 0;
        await world.FlushAllAsync();
        Assert.False(world.Feed.IsDurable(answer));
        world.Change(1, DialogState.Deleted, withRecord: true);
        world.Store.Failures = 0;
        await world.FlushAllAsync();
        Assert.True(world.Feed.IsDurable(world.Feed.LastSequence));
        Assert.Single(world.Store.CallRecords);
    }

    /// <summary>New calls are refused while nothing can be made durable, so none would show that the store is well again.</summary>
    [Fact]
    public async Task A_store_that_failed_is_asked_again_when_nothing_waits_for_it()
    {
        StoreWorld world = World();
        for (int i = 1; i <= 2; i++)
        {
            world.Store.Failures = i == 1 ? 2 : 0;
            world.Change(i, DialogState.Confirmed, "t");
            world.Change(i, DialogState.Deleted, withRecord: true);
            await world.FlushAsync(); // the records go into the journal
        }

        world.Store.RefusedRecord = StoreWorld.Id(1);
        await world.FlushAllAsync();
        await world.FlushAllAsync();
        world.Store.RefusedRecord = null;
        await world.FlushAllAsync();
        Assert.True(world.Writer.IsHealthy);
        world.Writer.RetryAside();
        await world.FlushAllAsync();
        Assert.Equal(2, world.Store.CallRecords.Count);
        Assert.Empty(_journal.Entries);
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    /// <summary>The record is refused alone twice, and others are taken in between.</summary>
    private static async Task RefuseAsync(StoreWorld world)
    {
        for (int i = 0; i < 8; i++)
        {
            world.Change(20 + i, DialogState.Confirmed, "x");
            try
            {
                await world.FlushAllAsync();
            }
            catch (IOException)
            {
                // Nothing else is taken either while it is found out.
            }
            catch (InvalidDataException) { }
        }
    }

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
