using Microsoft.Extensions.Logging;

namespace Parley.Registrar;

/// <summary>
/// The writer's journal: takes what the store has not got, and gives it back in the same order. A contact may be in it many times; the last time counts, and
/// since the store gets all of them in order no list of contacts is kept. While it is not empty nothing goes to the store past it.
/// </summary>
internal sealed class LocationJournalQueue(ILocationJournal journal, ILogger log)
{
    private IAsyncEnumerator<LocationStoreBatch>? _reading;
    private long _readThrough;
    private long _done;
    private long _count;
    private long _failures;
    private bool _isOpen;
    private volatile bool _hasFailed;

    /// <summary>Batches in it.</summary>
    public long Count => Interlocked.Read(ref _count);

    public bool IsEmpty => Count == 0;

    public long Length => journal.Length;

    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>The last append succeeded.</summary>
    public bool IsUsable => !_hasFailed;

    public async ValueTask OpenAsync(CancellationToken cancellation)
    {
        if (_isOpen)
            return;
        await journal.OpenAsync(cancellation).ConfigureAwait(false);
        long count = 0;
        await foreach (LocationStoreBatch _ in journal.ReadAsync(cancellation).ConfigureAwait(false))
            count++;
        Interlocked.Exchange(ref _count, count);
        _isOpen = true;
    }

    /// <summary>False when it does not take the batch.</summary>
    public async ValueTask<bool> AppendAsync(LocationStoreBatch batch, CancellationToken cancellation)
    {
        try
        {
            await OpenAsync(cancellation).ConfigureAwait(false);
            await journal.AppendAsync(batch, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            Interlocked.Increment(ref _failures);
            if (!_hasFailed)
                RegistrarLog.JournalFailed(log, failure);
            _hasFailed = true;
            return false;
        }
        _hasFailed = false;
        Interlocked.Increment(ref _count);
        return true;
    }

    /// <summary>The next rows for the store, those of several batches together; each contact once, as the last of them has it. Null: none is left.</summary>
    /// <param name="most">So many rows, and those of the batch that has the last of them.</param>
    /// <param name="cancellation">Gives up.</param>
    public async ValueTask<LocationStoreBatch?> NextAsync(int most, CancellationToken cancellation)
    {
        if (IsEmpty)
            return null;
        if (_reading is null || _readThrough != _done)
            await ReadFromAsync(_done, cancellation).ConfigureAwait(false);
        var rows = new Dictionary<long, LocationRecord?>();
        while (rows.Count < most && await MoveNextAsync(cancellation).ConfigureAwait(false))
        {
            foreach (LocationRecord row in _reading!.Current.Saves)
                rows[row.ContactId] = row;
            foreach (long id in _reading.Current.Deletes)
                rows[id] = null;
        }
        return new LocationStoreBatch
        {
            Saves = [.. rows.Values.OfType<LocationRecord>()],
            Deletes = [.. rows.Where(static row => row.Value is null).Select(static row => row.Key)],
        };
    }

    /// <summary>The store has what <see cref="NextAsync"/> gave; with the last of it the journal is emptied.</summary>
    public async ValueTask DoneAsync(CancellationToken cancellation)
    {
        _done = _readThrough;
        if (_done >= Count)
            await ClearAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The store has all that is in it, or newer.</summary>
    public async ValueTask ClearAsync(CancellationToken cancellation)
    {
        await StopReadingAsync().ConfigureAwait(false);
        if (IsEmpty)
            return;
        await journal.ClearAsync(cancellation).ConfigureAwait(false);
        Interlocked.Exchange(ref _count, 0);
        _done = 0;
    }

    // A reading ends where the journal ended when it began; what was appended since comes with the next one.
    private async ValueTask<bool> MoveNextAsync(CancellationToken cancellation)
    {
        if (!await _reading!.MoveNextAsync().ConfigureAwait(false))
        {
            if (_readThrough >= Count)
                return false;
            await ReadFromAsync(_readThrough, cancellation).ConfigureAwait(false);
            if (!await _reading.MoveNextAsync().ConfigureAwait(false))
                return false;
        }
        _readThrough++;
        return true;
    }

    private async ValueTask ReadFromAsync(long batch, CancellationToken cancellation)
    {
        await StopReadingAsync().ConfigureAwait(false);
        _reading = journal.ReadAsync(cancellation).GetAsyncEnumerator(cancellation);
        while (_readThrough < batch && await _reading.MoveNextAsync().ConfigureAwait(false))
            _readThrough++;
    }

    private async ValueTask StopReadingAsync()
    {
        if (_reading is { } reading)
            await reading.DisposeAsync().ConfigureAwait(false);
        _reading = null;
        _readThrough = 0;
    }
}
