using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public class DialogStoreWriterTests
{
    private readonly World _world = new(capacity: 100);

    [Fact]
    public async Task Rows_are_inserted_updated_and_removed_with_Saved_each_time()
    {
        _world.Change(1, DialogState.ConfirmedNoAck);
        _world.Change(2, DialogState.Confirmed);
        Assert.True(await _world.Writer.FlushAsync());
        Assert.Equal("1:ConfirmedNoAck 2:Confirmed", _world.Stored);
        _world.Change(1, DialogState.Confirmed);
        _world.Change(2, DialogState.Deleted);
        Assert.True(await _world.Writer.FlushAsync());
        Assert.Equal("1:Confirmed", _world.Stored);
        Assert.False(await _world.Writer.FlushAsync());
        Assert.Equal([1u, 2u, 1u, 2u], _world.SavedIds);
        Assert.Equal(3, _world.BeforeWrites);
    }

    [Fact]
    public async Task Early_dialogs_are_not_stored_but_hold_nobody_up()
    {
        _world.Change(1, DialogState.Unconfirmed);
        _world.Change(1, DialogState.Early);
        Assert.False(await _world.Writer.FlushAsync());
        Assert.Equal("", _world.Stored);
        Assert.True(_world.Feed.IsDurable(_world.Feed.LastSequence));
    }

    [Fact]
    public async Task A_change_is_durable_only_once_the_store_has_it()
    {
        _world.Change(1, DialogState.Confirmed);
        long sequence = _world.Feed.LastSequence;
        _world.Store.Failures = 1;
        await Assert.ThrowsAsync<IOException>(async () => await _world.Writer.FlushAsync());
        Assert.False(_world.Feed.IsDurable(sequence));
        Assert.Empty(_world.SavedIds);
        Assert.True(await _world.Writer.FlushAsync());
        Assert.True(_world.Feed.IsDurable(sequence));
        Assert.Equal("1:Confirmed", _world.Stored);
        Assert.Equal([1u], _world.SavedIds);
    }

    [Fact]
    public async Task Row_52_a_row_that_is_there_already_is_replaced()
    {
        await _world.Store.WriteAsync(new DialogStoreBatch { Saves = [World.Row(1, DialogState.ConfirmedNoAck)] }, default);
        _world.Change(1, DialogState.Confirmed);
        _world.Change(2, DialogState.Deleted); // never was there
        await _world.Writer.FlushAsync();
        Assert.Equal("1:Confirmed", _world.Stored);
    }

    [Fact]
    public async Task After_an_overflow_the_store_holds_what_there_is_and_no_more()
    {
        var world = new World(capacity: 2);
        world.Change(1, DialogState.Confirmed);
        await world.Writer.FlushAsync();
        world.Change(1, DialogState.Deleted);
        for (int dialog = 2; dialog < 6; dialog++)
            world.Change(dialog, DialogState.Confirmed);
        world.Store.Failures = 1;
        await Assert.ThrowsAsync<IOException>(async () => await world.Writer.FlushAsync());
        await world.Writer.FlushAsync();
        Assert.Equal("2:Confirmed 3:Confirmed 4:Confirmed 5:Confirmed", world.Stored);
        Assert.True(world.Feed.IsDurable(world.Feed.LastSequence));
    }

    [Fact]
    public async Task Shutdown_writes_everything_anew()
    {
        await _world.Store.WriteAsync(new DialogStoreBatch { Saves = [World.Row(9, DialogState.Confirmed)] }, default);
        _world.Change(1, DialogState.Confirmed);
        _world.Change(2, DialogState.Early);
        await _world.Writer.SaveAllAsync();
        Assert.Equal("1:Confirmed", _world.Stored);
    }

    [Fact]
    public async Task It_runs_by_itself_and_goes_on_after_a_failure()
    {
        using var stop = new CancellationTokenSource();
        var failures = new List<Exception>();
        _world.Store.Failures = 1;
        Task run = _world.Writer.RunAsync(TimeSpan.Zero, TimeProvider.System, failures.Add, stop.Token);
        _world.Change(1, DialogState.Confirmed);
        long first = _world.Feed.LastSequence;
        await Task.Yield();
        _world.Change(2, DialogState.Confirmed);
        await _world.Feed.WhenDurableAsync(_world.Feed.LastSequence);
        Assert.Equal("1:Confirmed 2:Confirmed", _world.Stored);
        Assert.Single(failures);
        Assert.True(_world.Feed.IsDurable(first));
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
                    var world = new World(capacity);
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

                    Assert.Equal(world.Truth, world.Stored);
                    Assert.True(world.Feed.IsDurable(world.Feed.LastSequence));

                    static bool Flush(World world)
                    {
                        try
                        {
                            return world.Writer.FlushAsync().AsTask().GetAwaiter().GetResult();
                        }
                        catch (IOException)
                        {
                            return true;
                        }
                    }
                }
            );

    private sealed class World : IStoredDialogs
    {
        private readonly Dictionary<uint, DialogState> _states = [];

        public World(int capacity)
        {
            Feed = new DialogFeed();
            Writer = new DialogStoreWriter(Feed.Subscribe(new DialogFeedOptions { IsDurable = true, Capacity = capacity }), Store, this);
        }

        public DialogFeed Feed { get; }

        public FailingStore Store { get; } = new();

        public DialogStoreWriter Writer { get; }

        public List<uint> SavedIds { get; } = [];

        public int BeforeWrites { get; private set; }

        public string Stored => string.Join(' ', Store.Rows.Select(row => $"{row.Id.Id}:{row.State}"));

        public string Truth => string.Join(' ', AllRecords().Select(row => $"{row.Id.Id}:{row.State}"));

        public static DialogRecord Row(int dialog, DialogState state) => new(new DialogId(0, (uint)dialog), default) { State = state };

        public void Change(int dialog, DialogState state)
        {
            DialogState old = _states.GetValueOrDefault((uint)dialog);
            if (old >= DialogState.ConfirmedNoAck && state < DialogState.ConfirmedNoAck)
                state = DialogState.Confirmed; // neither an answered call nor one that is over becomes early again
            _states[(uint)dialog] = state;
            DialogChangeKind kind = state == DialogState.Deleted ? DialogChangeKind.Deleted : DialogChangeKind.StateChanged;
            Feed.Publish(new DialogChange(kind, new DialogId(0, (uint)dialog), old, state, Row(dialog, state)));
        }

        public IReadOnlyList<DialogRecord> AllRecords() =>
            [
                .. _states
                    .Where(pair => pair.Value is DialogState.ConfirmedNoAck or DialogState.Confirmed)
                    .OrderBy(pair => pair.Key)
                    .Select(pair => Row((int)pair.Key, pair.Value)),
            ];

        public DialogRecord BeforeWrite(DialogRecord record)
        {
            BeforeWrites++;
            return record;
        }

        public void Saved(DialogId id) => SavedIds.Add(id.Id);
    }

    private sealed class FailingStore : IDialogStore
    {
        private readonly MemoryDialogStore _inner = new();

        public int Failures { get; set; }

        public IReadOnlyList<DialogRecord> Rows => _inner.Rows;

        public IAsyncEnumerable<DialogRecord> LoadAsync(CancellationToken cancellation) => _inner.LoadAsync(cancellation);

        public ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation)
        {
            Fail();
            return _inner.WriteAsync(batch, cancellation);
        }

        public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation)
        {
            Fail();
            return _inner.ReplaceAsync(all, cancellation);
        }

        private void Fail()
        {
            if (Failures > 0)
            {
                Failures--;
                throw new IOException("the disk is full");
            }
        }
    }
}
