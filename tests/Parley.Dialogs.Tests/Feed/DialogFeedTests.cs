using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public class DialogFeedTests
{
    private readonly DialogFeed _feed = new();

    [Fact]
    public void Every_reader_gets_every_change_in_order_at_its_own_pace()
    {
        using DialogFeedReader fast = _feed.Subscribe(new DialogFeedOptions { Coalesce = false });
        using DialogFeedReader slow = _feed.Subscribe(new DialogFeedOptions { Coalesce = false });
        Publish(1, DialogChangeKind.Created);
        Assert.Equal("Created 1 #1", Read(fast));
        Publish(1, DialogChangeKind.StateChanged);
        Publish(2, DialogChangeKind.Created);
        Assert.Equal("StateChanged 1 #2", Read(fast));
        Assert.Equal("Created 2 #3", Read(fast));
        Assert.Null(Read(fast));
        Assert.Equal(3, slow.Pending);
        Assert.Equal("Created 1 #1", Read(slow));
        Assert.Equal("StateChanged 1 #2", Read(slow));
    }

    [Fact]
    public void Changes_of_one_dialog_become_one_for_a_reader_that_lags()
    {
        using DialogFeedReader reader = _feed.Subscribe();
        Publish(1, DialogChangeKind.Created, DialogState.Unconfirmed, DialogState.Unconfirmed);
        Publish(2, DialogChangeKind.Updated, DialogState.Confirmed, DialogState.Confirmed);
        Publish(1, DialogChangeKind.StateChanged, DialogState.Unconfirmed, DialogState.Early);
        Publish(2, DialogChangeKind.StateChanged, DialogState.Confirmed, DialogState.Deleted);
        Publish(2, DialogChangeKind.Deleted, DialogState.Confirmed, DialogState.Deleted);
        Publish(1, DialogChangeKind.StateChanged, DialogState.Early, DialogState.ConfirmedNoAck);
        Assert.True(reader.TryRead(out DialogChange? one));
        Assert.Equal(
            (DialogChangeKind.Created, DialogState.Unconfirmed, DialogState.ConfirmedNoAck, 6),
            (one.Kind, one.OldState, one.NewState, one.Sequence)
        );
        Assert.Equal("Deleted 2 #5", Read(reader));
        Assert.Null(Read(reader));
    }

    [Fact]
    public void A_late_2xx_after_the_end_is_a_change_again()
    {
        using DialogFeedReader reader = _feed.Subscribe();
        Publish(1, DialogChangeKind.Deleted, DialogState.Early, DialogState.Deleted);
        Publish(1, DialogChangeKind.StateChanged, DialogState.Deleted, DialogState.ConfirmedNoAck);
        Assert.Equal("StateChanged 1 #2", Read(reader));
    }

    [Fact]
    public void Values_set_in_the_last_callbacks_leave_a_deleted_dialog_deleted()
    {
        using DialogFeedReader reader = _feed.Subscribe();
        Publish(1, DialogChangeKind.StateChanged, DialogState.Confirmed, DialogState.Deleted);
        Publish(1, DialogChangeKind.Deleted, DialogState.Confirmed, DialogState.Deleted);
        Publish(1, DialogChangeKind.Updated, DialogState.Deleted, DialogState.Deleted);
        Assert.Equal("Deleted 1 #3", Read(reader));
    }

    [Fact]
    public void Row_53_a_reader_that_lags_too_far_is_told_to_take_everything_anew()
    {
        using DialogFeedReader reader = _feed.Subscribe(new DialogFeedOptions { Capacity = 2 });
        using DialogFeedReader other = _feed.Subscribe();
        Publish(1, DialogChangeKind.Created);
        Publish(2, DialogChangeKind.Created);
        Publish(1, DialogChangeKind.Updated); // merged, needs no place
        Assert.Equal(0, reader.Overflows);
        Publish(3, DialogChangeKind.Created);
        Publish(4, DialogChangeKind.Created);
        Assert.Equal(1, reader.Overflows);
        Assert.Equal("Resync 0 #4", Read(reader));
        Assert.Equal("Created 4 #5", Read(reader));
        Assert.Null(Read(reader));
        Assert.Equal(4, other.Pending);
    }

    [Fact]
    public async Task A_reader_waits_and_is_woken_or_leaves()
    {
        DialogFeedReader reader = _feed.Subscribe();
        Task<bool> wait = reader.WaitAsync().AsTask();
        Assert.False(wait.IsCompleted);
        Publish(1, DialogChangeKind.Created);
        Assert.True(await wait);
        Assert.True(await reader.WaitAsync());
        reader.TryRead(out _);
        using var cancellation = new CancellationTokenSource();
        Task given = reader.WaitAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        wait = reader.WaitAsync().AsTask();
        reader.Dispose();
        Assert.False(await wait);
        Assert.False(await reader.WaitAsync());
        Assert.False(_feed.HasReaders);
        Publish(1, DialogChangeKind.Created);
        Assert.Equal(0, reader.Pending);
    }

    [Fact]
    public void Durable_is_what_every_durable_reader_acknowledged()
    {
        long early = Publish(1, DialogChangeKind.Created);
        Assert.True(_feed.IsDurable(early));
        using DialogFeedReader page = _feed.Subscribe();
        using DialogFeedReader store = _feed.Subscribe(new DialogFeedOptions { IsDurable = true });
        Assert.True(_feed.IsDurable(early)); // before its time
        long first = Publish(1, DialogChangeKind.Updated);
        long second = Publish(2, DialogChangeKind.Updated);
        var done = new List<string>();
        Assert.False(_feed.WhenDurable(second, state => done.Add((string)state!), "second"));
        Assert.False(_feed.WhenDurable(first, state => done.Add((string)state!), "first"));
        store.Acknowledge(); // nothing read yet
        Assert.Empty(done);
        Read(store);
        Assert.False(_feed.IsDurable(first));
        store.Acknowledge();
        Assert.Equal(["first"], done);
        Read(store);
        store.Acknowledge();
        Assert.Equal(["first", "second"], done);
        Assert.True(_feed.WhenDurable(second, _ => done.Add("late"), null));
        Assert.Equal(2, done.Count);
    }

    [Fact]
    public void Merged_changes_are_durable_only_when_all_before_them_are()
    {
        using DialogFeedReader store = _feed.Subscribe(new DialogFeedOptions { IsDurable = true });
        Publish(1, DialogChangeKind.Updated);
        long other = Publish(2, DialogChangeKind.Updated);
        long merged = Publish(1, DialogChangeKind.Updated);
        Read(store); // dialog 1, with the third change in it
        store.Acknowledge();
        Assert.False(_feed.IsDurable(other));
        Assert.False(_feed.IsDurable(merged));
        Read(store);
        store.Acknowledge();
        Assert.True(_feed.IsDurable(merged));
    }

    [Fact]
    public void The_record_of_a_call_survives_changes_that_come_after_its_end_also_when_the_call_comes_back()
    {
        using DialogFeedReader reader = _feed.Subscribe();
        CallRecord record = End(1);
        Publish(1, DialogChangeKind.Updated, DialogState.Deleted, DialogState.Deleted);
        Assert.True(reader.TryRead(out DialogChange? change));
        Assert.Equal((DialogChangeKind.Deleted, record), (change.Kind, change.CallRecord));
        CallRecord failed = End(1);
        Publish(1, DialogChangeKind.StateChanged, DialogState.Deleted, DialogState.ConfirmedNoAck);
        CallRecord answered = End(1);
        Assert.True(reader.TryRead(out change));
        Assert.Equal((DialogChangeKind.Deleted, failed), (change.Kind, change.CallRecord));
        Assert.True(reader.TryRead(out change));
        Assert.Equal((DialogChangeKind.Deleted, answered), (change.Kind, change.CallRecord));
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void An_intermediate_record_and_the_final_one_are_two_changes()
    {
        using DialogFeedReader reader = _feed.Subscribe();
        CallRecord first = Continue(1, 1);
        Publish(1, DialogChangeKind.Updated, DialogState.Confirmed, DialogState.Confirmed);
        CallRecord second = Continue(1, 2);
        CallRecord final = End(1);
        long last = _feed.LastSequence;
        var read = new List<CallRecord?>();
        while (reader.TryRead(out DialogChange? change))
            read.Add(change.CallRecord);
        Assert.Equal([first, second, final], read);
        Publish(1, DialogChangeKind.Updated, DialogState.Deleted, DialogState.Deleted); // no place of an earlier change is left
        Assert.Equal(1, reader.Pending);
        Assert.Equal(last + 1, _feed.LastSequence);
    }

    [Fact]
    public void Overflows_drop_no_call_record_of_a_durable_reader()
    {
        using DialogFeedReader store = _feed.Subscribe(new DialogFeedOptions { Capacity = 2, IsDurable = true });
        using DialogFeedReader page = _feed.Subscribe(new DialogFeedOptions { Capacity = 2 });
        CallRecord[] records = [.. Enumerable.Range(1, 7).Select(End)];
        Assert.True(store.TryRead(out DialogChange? resync));
        Assert.True(store.Overflows > 1); // the resync itself was dropped for another one
        Assert.Equal(DialogChangeKind.Resync, resync.Kind);
        var kept = new List<CallRecord>(resync.FurtherCallRecords);
        while (store.TryRead(out DialogChange? change))
            kept.Add(change.CallRecord!);
        Assert.Equal(records, kept);
        Assert.True(page.TryRead(out resync));
        Assert.Empty(resync.FurtherCallRecords);
    }

    [Fact]
    public void Dropped_changes_are_not_durable_before_the_resync_is()
    {
        using DialogFeedReader store = _feed.Subscribe(new DialogFeedOptions { IsDurable = true, Capacity = 1 });
        long dropped = Publish(1, DialogChangeKind.Updated);
        Publish(2, DialogChangeKind.Updated);
        store.Acknowledge();
        Assert.False(_feed.IsDurable(dropped));
        Assert.Equal("Resync 0 #2", Read(store));
        Assert.False(_feed.IsDurable(dropped));
        store.Acknowledge();
        Assert.True(_feed.IsDurable(2));
    }

    [Fact]
    public async Task A_durable_reader_that_leaves_holds_nobody()
    {
        DialogFeedReader store = _feed.Subscribe(new DialogFeedOptions { IsDurable = true });
        Task durable = _feed.WhenDurableAsync(Publish(1, DialogChangeKind.Updated)).AsTask();
        Assert.False(durable.IsCompleted);
        store.Dispose();
        await durable;
    }

    [Fact]
    public void What_a_reader_sees_last_of_a_dialog_is_where_it_stands() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 3])
            .Array[1, 60]
            .Select(Gen.Int[1, 6])
            .Sample(
                (steps, capacity) =>
                {
                    var feed = new DialogFeed();
                    using DialogFeedReader reader = feed.Subscribe(new DialogFeedOptions { Capacity = capacity, IsDurable = true });
                    var truth = new Dictionary<DialogId, DialogState>();
                    var seen = new Dictionary<DialogId, DialogState>();
                    long last = 0;
                    foreach ((int dialog, int kind) in steps)
                    {
                        if (kind == 0)
                        {
                            if (!ReadOne())
                                continue;
                            reader.Acknowledge();
                        }
                        else
                        {
                            var id = new DialogId(0, (uint)dialog);
                            truth[id] = (DialogState)kind;
                            feed.Publish(new DialogChange(DialogChangeKind.StateChanged, id, DialogState.None, (DialogState)kind, null));
                        }
                    }

                    while (ReadOne()) { }

                    reader.Acknowledge();
                    return feed.IsDurable(feed.LastSequence)
                        && truth.Count == seen.Count
                        && truth.All(pair => seen[pair.Key] == pair.Value);

                    bool ReadOne()
                    {
                        if (!reader.TryRead(out DialogChange? change))
                            return false;
                        if (change.Kind == DialogChangeKind.Resync)
                            seen = new Dictionary<DialogId, DialogState>(truth);
                        else
                            seen[change.Id] = change.NewState;
                        last = change.Sequence;
                        return last > 0;
                    }
                }
            );

    [Fact]
    public async Task Threads_publish_and_read_without_loss()
    {
        using DialogFeedReader reader = _feed.Subscribe(new DialogFeedOptions { Coalesce = false, IsDurable = true });
        Task[] publishers =
        [
            .. Enumerable
                .Range(0, 3)
                .Select(thread =>
                    Task.Run(() =>
                    {
                        for (int i = 0; i < 2000; i++)
                            Publish(thread, DialogChangeKind.Updated);
                    })
                ),
        ];
        long expected = 1;
        while (expected <= 6000 && await reader.WaitAsync())
        {
            while (reader.TryRead(out DialogChange? change))
                Assert.Equal(expected++, change.Sequence);
            reader.Acknowledge();
        }

        await Task.WhenAll(publishers);
        Assert.True(_feed.IsDurable(6000));
    }

    [Fact]
    public void Without_readers_publishing_allocates_nothing()
    {
        long before = GC.GetAllocatedBytesForCurrentThread(),
            sum = 0;
        for (int i = 0; i < 100; i++)
            sum += _feed.Publish(DialogChangeKind.Updated, default, DialogState.Confirmed, DialogState.Confirmed, null);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, sum);
    }

    [Fact]
    public void A_capacity_below_one_is_refused() =>
        Assert.Equal("options", Assert.Throws<ArgumentException>(() => _feed.Subscribe(new DialogFeedOptions { Capacity = 0 })).ParamName);

    private CallRecord End(int dialog) => PublishRecord(dialog, 0, DialogChangeKind.Deleted, DialogState.Deleted);

    private CallRecord Continue(int dialog, int number) => PublishRecord(dialog, number, DialogChangeKind.Updated, DialogState.Confirmed);

    private CallRecord PublishRecord(int dialog, int number, DialogChangeKind kind, DialogState state)
    {
        var record = new CallRecord
        {
            DialogId = new DialogId(0, (uint)dialog),
            Start = DateTimeOffset.UnixEpoch,
            End = DateTimeOffset.UnixEpoch,
            CallId = "a",
            FromUri = "b",
            ToUri = "c",
            Number = number,
        };
        _feed.Publish(new DialogChange(kind, record.DialogId, DialogState.Confirmed, state, null) { CallRecord = record });
        return record;
    }

    private long Publish(
        int dialog,
        DialogChangeKind kind,
        DialogState oldState = DialogState.None,
        DialogState newState = DialogState.None
    ) => _feed.Publish(new DialogChange(kind, new DialogId(0, (uint)dialog), oldState, newState, null));

    private static string? Read(DialogFeedReader reader) =>
        reader.TryRead(out DialogChange? change) ? $"{change.Kind} {change.Id.Id} #{change.Sequence}" : null;
}
