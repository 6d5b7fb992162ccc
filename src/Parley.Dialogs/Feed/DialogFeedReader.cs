using System.Diagnostics.CodeAnalysis;

namespace Parley.Dialogs;

/// <summary>
/// One reader of the feed with a queue of its own, so that it goes at its own pace. For one consumer at a time; what it does never holds
/// up a call. Dispose it to leave.
/// </summary>
public sealed class DialogFeedReader : IDisposable
{
    private readonly Lock _lock = new();
    private readonly DialogFeed _feed;
    private readonly Dictionary<DialogId, long>? _places; // of the waiting change of each dialog; absolute
    private Entry[] _ring = new Entry[16];
    private long _head; // absolute place of the first that waits
    private long _tail;
    private long _lastEnqueued;
    private long _handedThrough;
    private TaskCompletionSource<bool>? _waiter;
    private bool _isDisposed;

    internal DialogFeedReader(DialogFeed feed, DialogFeedOptions options, long lastSequence)
    {
        _feed = feed;
        Options = options;
        _places = options.Coalesce ? [] : null;
        _lastEnqueued = _handedThrough = lastSequence;
        AcknowledgedThrough = lastSequence;
    }

    /// <summary>How the reader wants the feed.</summary>
    public DialogFeedOptions Options { get; }

    /// <summary>Changes that wait to be read.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
                return (int)(_tail - _head);
        }
    }

    /// <summary>How often it was too slow and all that waited was dropped for a resync.</summary>
    public long Overflows { get; private set; }

    /// <summary>Every change up to this sequence is durable, as far as this reader says.</summary>
    internal long AcknowledgedThrough { get; private set; }

    /// <summary>Takes the next change; false when none waits.</summary>
    /// <param name="change">The change.</param>
    public bool TryRead([NotNullWhen(true)] out DialogChange? change) => TryRead(out change, out _);

    /// <summary>Every change up to this sequence has been read.</summary>
    internal long HandedThrough
    {
        get
        {
            lock (_lock)
                return _handedThrough;
        }
    }

    /// <param name="change">The change.</param>
    /// <param name="first">The sequence of the first change that it stands for.</param>
    internal bool TryRead([NotNullWhen(true)] out DialogChange? change, out long first)
    {
        lock (_lock)
        {
            first = 0;
            if (_head == _tail)
            {
                change = null;
                return false;
            }

            ref Entry entry = ref _ring[_head & (_ring.Length - 1)];
            change = entry.Change!;
            first = entry.First;
            entry = default;
            // A later change of the dialog may wait apart from this one.
            if (
                change.Kind != DialogChangeKind.Resync
                && _places is not null
                && _places.TryGetValue(change.Id, out long place)
                && place == _head
            )
                _places.Remove(change.Id);
            _head++;
            _handedThrough = _head == _tail ? _lastEnqueued : _ring[_head & (_ring.Length - 1)].First - 1;
            return true;
        }
    }

    /// <summary>Completes when a change waits to be read.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>False when the reader was disposed.</returns>
    /// <exception cref="OperationCanceledException">The wait was given up.</exception>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation = default)
    {
        Task<bool> wait;
        lock (_lock)
        {
            if (_isDisposed)
                return new ValueTask<bool>(false);
            if (_head != _tail)
                return new ValueTask<bool>(true);
            _waiter ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            wait = _waiter.Task;
        }

        return new ValueTask<bool>(cancellation.CanBeCanceled ? wait.WaitAsync(cancellation) : wait);
    }

    /// <summary>Every change read so far is durable: what waited for that goes on. Of a reader that is not durable: nothing.</summary>
    public void Acknowledge() => AcknowledgeThrough(long.MaxValue);

    /// <summary>Of what was read, the changes up to this sequence are durable.</summary>
    internal void AcknowledgeThrough(long sequence)
    {
        lock (_lock)
        {
            sequence = Math.Min(sequence, _handedThrough);
            if (!Options.IsDurable || AcknowledgedThrough >= sequence)
                return;
            AcknowledgedThrough = sequence;
        }

        _feed.ReleaseWaiters();
    }

    /// <summary>Leaves the feed; what waits is dropped, and nothing waits for this reader any more.</summary>
    public void Dispose()
    {
        TaskCompletionSource<bool>? waiter;
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            waiter = _waiter;
            _waiter = null;
            Clear();
        }

        _feed.Remove(this);
        waiter?.TrySetResult(false);
    }

    /// <summary>Under the feed's lock, so that the order is the same for every reader. Returns the waiter to be woken after it.</summary>
    internal TaskCompletionSource<bool>? Enqueue(DialogChange change)
    {
        lock (_lock)
        {
            if (_isDisposed)
                return null;
            _lastEnqueued = change.Sequence;
            if (
                _places is not null
                && _places.TryGetValue(change.Id, out long place)
                && _ring[place & (_ring.Length - 1)].Change is { } waiting
                && DialogChange.MayMerge(waiting, change)
            )
            {
                _ring[place & (_ring.Length - 1)].Change = DialogChange.Merge(waiting, change);
            }
            else if (_tail - _head >= Math.Max(1, Options.Capacity))
            {
                Overflow(change);
            }
            else
            {
                _places?[change.Id] = _tail;
                Append(change, change.Sequence);
            }

            TaskCompletionSource<bool>? waiter = _waiter;
            _waiter = null;
            return waiter;
        }
    }

    /// <summary>The dropped changes still count as not handed over: the resync that stands for them carries their first sequence.</summary>
    private void Overflow(DialogChange last)
    {
        long first = _ring[_head & (_ring.Length - 1)].First;
        IReadOnlyList<CallRecord> records = Options.IsDurable ? WaitingRecords(last) : [];
        Clear();
        Overflows++;
        var resync = new DialogChange(DialogChangeKind.Resync, default, DialogState.None, DialogState.None, null)
        {
            Sequence = last.Sequence,
            FurtherCallRecords = records,
        };
        Append(resync, first);
    }

    /// <summary>A dialog can be taken anew; the record of a call that is over cannot.</summary>
    private List<CallRecord> WaitingRecords(DialogChange last)
    {
        // The list of the overflow before, if its resync still waits, is not seen by any consumer yet.
        List<CallRecord> records = _ring[_head & (_ring.Length - 1)].Change?.FurtherCallRecords as List<CallRecord> ?? [];
        for (long place = _head; place < _tail; place++)
        {
            DialogChange waiting = _ring[place & (_ring.Length - 1)].Change!;
            if (waiting.Kind != DialogChangeKind.Resync)
                records.AddRange(waiting.FurtherCallRecords);
            if (waiting.CallRecord is { } record)
                records.Add(record);
        }

        if (last.CallRecord is { } latest)
            records.Add(latest);
        return records;
    }

    private void Append(DialogChange change, long first)
    {
        if (_tail - _head == _ring.Length)
        {
            var larger = new Entry[_ring.Length * 2];
            for (long place = _head; place < _tail; place++)
                larger[place & (larger.Length - 1)] = _ring[place & (_ring.Length - 1)];
            _ring = larger;
        }

        _ring[_tail++ & (_ring.Length - 1)] = new Entry { Change = change, First = first };
    }

    private void Clear()
    {
        Array.Clear(_ring);
        _head = _tail;
        _places?.Clear();
    }

    private struct Entry
    {
        public DialogChange? Change;

        /// <summary>Sequence of the earliest change that is in it.</summary>
        public long First;
    }
}
