using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Parley.Registrar;

/// <summary>Writes what the queue has marked. A write that fails leaves everything marked, or in the journal where there is one; rows are read when they are written, so the next try writes what is true then.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no handle, and a write may be under way at the end.")]
internal sealed class LocationStoreWriter(
    LocationTable table,
    ILocationStore store,
    LocationQueue queue,
    LocationRecords records,
    LocationStoreOptions options,
    TimeProvider time,
    ILogger log
)
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly LocationJournalQueue? _journal = options.Journal is { } journal ? new LocationJournalQueue(journal, log) : null;
    private volatile bool _isFailing;
    private long _failingSince;
    private long _failedAt;
    private long _saved;
    private long _deleted;
    private long _batches;
    private long _failures;

    public bool IsFailing => _isFailing;

    /// <summary>Nothing can be made durable now.</summary>
    public bool IsUnavailable => _isFailing && _journal is not { IsUsable: true };

    public LocationJournalQueue? Journal => _journal;

    public long Saved => Volatile.Read(ref _saved);

    public long Deleted => Volatile.Read(ref _deleted);

    public long Batches => Volatile.Read(ref _batches);

    public long Failures => Volatile.Read(ref _failures);

    /// <summary>The store was away at the start: nothing goes to it before <see cref="OpenAsync"/> has succeeded.</summary>
    public bool IsUnopened { get; private set; }

    /// <summary>Opens the store, and writes to it what an earlier run left in the journal. When the store is away it throws, and may be called again.</summary>
    /// <exception cref="LocationStoreException">The store or the journal cannot be used as it is set up.</exception>
    public async ValueTask OpenAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_journal is not null)
                await _journal.OpenAsync(cancellation).ConfigureAwait(false);
            IsUnopened = true;
            await CallAsync(Timeout.InfiniteTimeSpan, store.OpenAsync, cancellation).ConfigureAwait(false);
            long batches = _journal?.Count ?? 0;
            while (await ReplayAsync(cancellation).ConfigureAwait(false)) { }
            if (batches > 0)
                RegistrarLog.Replayed(log, batches);
            IsUnopened = false;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Removes all rows, which live in memory from now on: <see cref="LocationStoreMode.Shutdown"/> after its load.</summary>
    public async ValueTask EmptyAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await CallAsync(Timeout.InfiniteTimeSpan, token => store.ReplaceAsync([], token), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Writes as the mode says, until cancelled.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A store that fails is tried again; nothing is lost.")]
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await PauseAsync(stopping).ConfigureAwait(false);
                try
                {
                    // The stop ends the waiting, not a write under way.
                    await FlushAsync(CancellationToken.None).ConfigureAwait(false);
                }
                catch (Exception)
                {
                    // Counted and logged; what was to be written waits in the queue or in the journal.
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // As asked.
        }
    }

    /// <summary>Writes what is marked; false when nothing was to be written. What the store throws comes out, unless the journal has all of it.</summary>
    public async ValueTask<bool> FlushAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // The older first. One write at a time, so that what comes meanwhile is in the journal before long.
            bool did = await TryReplayAsync(cancellation).ConfigureAwait(false);
            IReadOnlyList<KeyValuePair<long, PendingContact>> taken = queue.Take();
            for (int at = 0; at < taken.Count; at += options.CommitRows)
                await WriteAsync(taken.Skip(at).Take(options.CommitRows).ToList(), cancellation).ConfigureAwait(false);
            queue.Done();
            did |= taken.Count > 0;
            return did;
        }
        finally
        {
            queue.GiveBack(); // nothing after Done
            _one.Release();
        }
    }

    /// <summary>Makes the store equal to the table.</summary>
    public async ValueTask SaveAllAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            queue.Take(); // what has changed until now is in the rows that are made now
            long rows = 0;
            await CallAsync(
                    timeout: Timeout.InfiniteTimeSpan,
                    token => store.ReplaceAsync(table.Everything().Select(e => Row(e.Address, e.Binding, ref rows)), token),
                    cancellation
                )
                .ConfigureAwait(false);
            Interlocked.Add(ref _saved, rows);
            if (_journal is not null)
                await _journal.ClearAsync(cancellation).ConfigureAwait(false);
            queue.Done();
        }
        finally
        {
            queue.GiveBack();
            _one.Release();
        }
    }

    /// <summary>All contacts are written with the next flush.</summary>
    public void MarkAll()
    {
        foreach ((AddressOfRecord address, Binding binding) in table.Everything())
            queue.Mark(address, binding.ContactId, LocationChangeKind.Refreshed);
    }

    /// <summary>The store is to be tried again after <see cref="LocationStoreOptions.Retry"/> from now on.</summary>
    public void Postpone() => _failedAt = time.GetTimestamp();

    /// <summary>Whether so much time has passed since the last failure.</summary>
    public bool IsRetryDue => time.GetElapsedTime(_failedAt) >= options.Retry;

    private bool IsDue => !IsUnopened && (!_isFailing || IsRetryDue);

    private LocationRecord Row(AddressOfRecord address, Binding binding, ref long rows)
    {
        rows++;
        return records.Of(address, binding);
    }

    private async ValueTask PauseAsync(CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        if (_journal is { IsEmpty: false } ? !IsDue : _isFailing)
        {
            await WaitForChangeOrRetryAsync(stopping).ConfigureAwait(false);
            return;
        }
        if (_journal is { IsEmpty: false })
            return;
        if (options.Mode == LocationStoreMode.Delayed)
        {
            await Task.Delay(options.Period, time, stopping).ConfigureAwait(false);
            return;
        }
        await queue.WaitAsync(stopping).ConfigureAwait(false);
        if (options.CommitInterval > TimeSpan.Zero && queue.Depth < options.CommitRows)
            await Task.Delay(options.CommitInterval, time, stopping).ConfigureAwait(false);
    }

    /// <summary>Until the store is to be tried again, or something has changed that the journal can take.</summary>
    public async ValueTask WaitForChangeOrRetryAsync(CancellationToken stopping)
    {
        TimeSpan left = options.Retry - time.GetElapsedTime(_failedAt);
        left = left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
        if (_journal is not { IsUsable: true } || options.Mode != LocationStoreMode.Realtime)
        {
            await Task.Delay(left, time, stopping).ConfigureAwait(false);
            return;
        }
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task retry = Task.Delay(left, time, over.Token);
        await Task.WhenAny(queue.WaitAsync(over.Token).AsTask(), retry).ConfigureAwait(false);
        bool isRetry = retry.IsCompleted;
        await over.CancelAsync().ConfigureAwait(false);
        if (!isRetry && options.CommitInterval > TimeSpan.Zero)
            await Task.Delay(options.CommitInterval, time, stopping).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(List<KeyValuePair<long, PendingContact>> contacts, CancellationToken cancellation)
    {
        var saves = new List<LocationRecord>(contacts.Count);
        var deletes = new List<long>();
        foreach ((long id, PendingContact contact) in contacts)
        {
            if (table.Find(contact.Address, id) is { } binding)
                saves.Add(records.Of(contact.Address, binding));
            else if (!contact.IsNew)
                deletes.Add(id);
        }
        if (saves.Count > 0 || deletes.Count > 0)
            await WriteAsync(new LocationStoreBatch { Saves = saves, Deletes = deletes }, cancellation).ConfigureAwait(false);
        queue.Written(contacts.Select(static c => c.Key));
    }

    /// <summary>To the store, or into the journal: returns when it is durable.</summary>
    private async ValueTask WriteAsync(LocationStoreBatch batch, CancellationToken cancellation)
    {
        if (_journal is { IsEmpty: false } || IsUnopened)
        {
            if (_journal is null || !await _journal.AppendAsync(batch, cancellation).ConfigureAwait(false))
                throw new IOException("Neither the location store nor a journal takes what has changed.");
            return;
        }
        try
        {
            await StoreAsync(batch, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure)
            when (_journal is not null && !cancellation.IsCancellationRequested && failure is not OutOfMemoryException)
        {
            // Whether the store has it is not known: it gets it once more.
            Postpone();
            if (!await _journal.AppendAsync(batch, cancellation).ConfigureAwait(false))
                throw;
        }
    }

    /// <summary>As <see cref="ReplayAsync"/> where it is time for it; false too when the store fails, which is counted and logged.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The journal keeps what the store does not take.")]
    private async ValueTask<bool> TryReplayAsync(CancellationToken cancellation)
    {
        try
        {
            return IsDue && await ReplayAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is not OutOfMemoryException)
        {
            Postpone();
            return false;
        }
    }

    /// <summary>One write from the journal; false when it is empty.</summary>
    private async ValueTask<bool> ReplayAsync(CancellationToken cancellation)
    {
        if (_journal is null || await _journal.NextAsync(options.CommitRows, cancellation).ConfigureAwait(false) is not { } batch)
            return false;
        if (batch.Saves.Count > 0 || batch.Deletes.Count > 0)
            await StoreAsync(batch, cancellation).ConfigureAwait(false);
        await _journal.DoneAsync(cancellation).ConfigureAwait(false);
        return true;
    }

    private async ValueTask StoreAsync(LocationStoreBatch batch, CancellationToken cancellation)
    {
        await CallAsync(options.StoreTimeout, token => store.WriteAsync(batch, token), cancellation).ConfigureAwait(false);
        Interlocked.Add(ref _saved, batch.Saves.Count);
        Interlocked.Add(ref _deleted, batch.Deletes.Count);
        Interlocked.Increment(ref _batches);
    }

    private async ValueTask CallAsync(TimeSpan timeout, Func<CancellationToken, ValueTask> call, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await call(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException cause) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            var failure = new TimeoutException($"The location store took more than {timeout}.", cause);
            Fail(failure);
            throw failure;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or LocationStoreException))
        {
            Fail(failure);
            throw;
        }
        Succeed();
    }

    private void Fail(Exception failure)
    {
        Interlocked.Increment(ref _failures);
        _failedAt = time.GetTimestamp();
        if (_isFailing)
            return;
        _failingSince = _failedAt;
        _isFailing = true;
        RegistrarLog.StoreFailed(log, options.Retry.TotalSeconds, failure);
    }

    private void Succeed()
    {
        if (!_isFailing)
            return;
        _isFailing = false;
        RegistrarLog.StoreReturned(log, time.GetElapsedTime(_failingSince).TotalSeconds, queue.Depth);
    }
}
