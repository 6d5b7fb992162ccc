using System.Collections.Immutable;

namespace Parley.Dialogs;

/// <summary>
/// Every change of every dialog, in one order: what stores, replication, events, CDRs and the live page read, each at its own pace. A
/// change is published after the dialog's lock is released, in order for one dialog, before the callbacks of the same step. Without
/// readers, publishing costs and allocates nothing.
/// </summary>
public sealed class DialogFeed
{
    private readonly Lock _lock = new();
    private ImmutableArray<DialogFeedReader> _readers = [];
    private readonly PriorityQueue<(Action<object?> Continuation, object? State), long> _waiters = new();
    private long _sequence;
    private bool _withRecords;
    private bool _withMissedCalls;

    internal DialogFeed() { }

    /// <summary>The sequence of the latest change; 0 before the first.</summary>
    public long LastSequence => Volatile.Read(ref _sequence);

    /// <summary>False: publishing does nothing.</summary>
    internal bool HasReaders => _readers.Length > 0;

    /// <summary>Begins to read: changes from now on. A reader that needs what is there already takes all dialogs after this.</summary>
    /// <param name="options">How; null: the defaults.</param>
    /// <exception cref="ArgumentException">A capacity below 1.</exception>
    public DialogFeedReader Subscribe(DialogFeedOptions? options = null)
    {
        options ??= new DialogFeedOptions();
        if (options.Capacity < 1)
            throw new ArgumentException("A reader keeps at least one change.", nameof(options));
        lock (_lock)
        {
            var reader = new DialogFeedReader(this, options, _sequence);
            SetReaders(_readers.Add(reader));
            return reader;
        }
    }

    /// <summary>Whether all durable readers have acknowledged this change and those before it.</summary>
    /// <param name="sequence">A change's sequence.</param>
    public bool IsDurable(long sequence)
    {
        foreach (DialogFeedReader reader in _readers)
        {
            if (reader.Options.IsDurable && reader.AcknowledgedThrough < sequence)
                return false;
        }

        return true;
    }

    /// <summary>Completes when all durable readers have acknowledged this change and those before it; at once when there is none.</summary>
    /// <param name="sequence">A change's sequence, such as <see cref="LastSequence"/>.</param>
    public ValueTask WhenDurableAsync(long sequence)
    {
        if (IsDurable(sequence))
            return ValueTask.CompletedTask;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return WhenDurable(sequence, static done => ((TaskCompletionSource)done!).TrySetResult(), done)
            ? ValueTask.CompletedTask
            : new ValueTask(done.Task);
    }

    /// <summary>As <see cref="WhenDurableAsync"/> without a task: the continuation runs on the thread that acknowledges.</summary>
    /// <returns>True when it is durable already: the continuation is not called.</returns>
    internal bool WhenDurable(long sequence, Action<object?> continuation, object? state)
    {
        lock (_lock)
        {
            if (IsDurable(sequence)) // under the lock: an acknowledgement after this finds the waiter
                return true;
            _waiters.Enqueue((continuation, state), sequence);
            return false;
        }
    }

    /// <summary>A reader wants the whole dialog with each change.</summary>
    internal bool WithRecords => Volatile.Read(ref _withRecords);

    /// <summary>A reader wants to know how calls went of which no record is kept.</summary>
    internal bool WithMissedCalls => Volatile.Read(ref _withMissedCalls);

    /// <summary>Gives all readers a change; see <see cref="DialogChangeKind"/>. Never under the dialog's lock.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="id">The dialog.</param>
    /// <param name="oldState">Before.</param>
    /// <param name="newState">After.</param>
    /// <param name="record">The whole dialog, where <see cref="WithRecords"/> asks for it.</param>
    /// <returns>The change's sequence; 0 without readers.</returns>
    internal long Publish(DialogChangeKind kind, DialogId id, DialogState oldState, DialogState newState, DialogRecord? record) =>
        HasReaders ? Publish(new DialogChange(kind, id, oldState, newState, record)) : 0;

    internal long Publish(DialogChange change)
    {
        ImmutableArray<TaskCompletionSource<bool>> woken = [];
        lock (_lock)
        {
            change.Sequence = ++_sequence;
            foreach (DialogFeedReader reader in _readers)
            {
                if (reader.Enqueue(change) is { } waiter)
                    woken = woken.Add(waiter);
            }
        }

        foreach (TaskCompletionSource<bool> waiter in woken)
            waiter.TrySetResult(true);
        return change.Sequence;
    }

    internal void Remove(DialogFeedReader reader)
    {
        lock (_lock)
            SetReaders(_readers.Remove(reader));
        ReleaseWaiters();
    }

    internal void ReleaseWaiters()
    {
        while (true)
        {
            (Action<object?> Continuation, object? State) waiter;
            lock (_lock)
            {
                if (!_waiters.TryPeek(out waiter, out long sequence) || !IsDurable(sequence))
                    return;
                _waiters.Dequeue();
            }

            waiter.Continuation(waiter.State);
        }
    }

    private void SetReaders(ImmutableArray<DialogFeedReader> readers)
    {
        ImmutableInterlocked.InterlockedExchange(ref _readers, readers);
        Volatile.Write(ref _withRecords, readers.Any(static reader => reader.Options.WithRecords));
        Volatile.Write(ref _withMissedCalls, readers.Any(static reader => reader.Options.WithMissedCalls));
    }
}
