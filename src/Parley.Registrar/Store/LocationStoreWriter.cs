using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Parley.Registrar;

/// <summary>Writes what is marked, in transactions of bounded size, one at a time. Rows are made here, on its own thread, from the table as it is.</summary>
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
    private volatile bool _isFailing;
    private long _failingSince;
    private long _saved;
    private long _deleted;
    private long _batches;
    private long _failures;

    public bool IsFailing => _isFailing;

    public long Saved => Volatile.Read(ref _saved);

    public long Deleted => Volatile.Read(ref _deleted);

    public long Batches => Volatile.Read(ref _batches);

    public long Failures => Volatile.Read(ref _failures);

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
                    // Counted and logged; what was to be written waits in the queue.
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // As asked.
        }
    }

    /// <summary>Writes what is marked; false when nothing is.</summary>
    public async ValueTask<bool> FlushAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            IReadOnlyList<KeyValuePair<long, PendingContact>> taken = queue.Take();
            for (int at = 0; at < taken.Count; at += options.CommitRows)
                await WriteAsync(taken.Skip(at).Take(options.CommitRows).ToList(), cancellation).ConfigureAwait(false);
            queue.Done();
            return taken.Count > 0;
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
            queue.Done();
        }
        finally
        {
            queue.GiveBack();
            _one.Release();
        }
    }

    private LocationRecord Row(AddressOfRecord address, Binding binding, ref long rows)
    {
        rows++;
        return records.Of(address, binding);
    }

    private async ValueTask PauseAsync(CancellationToken stopping)
    {
        if (_isFailing)
        {
            await Task.Delay(options.Retry, time, stopping).ConfigureAwait(false);
            return;
        }
        if (options.Mode == LocationStoreMode.Delayed)
        {
            await Task.Delay(options.Period, time, stopping).ConfigureAwait(false);
            return;
        }
        await queue.WaitAsync(stopping).ConfigureAwait(false);
        if (options.CommitInterval > TimeSpan.Zero && queue.Depth < options.CommitRows)
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
        {
            var batch = new LocationStoreBatch { Saves = saves, Deletes = deletes };
            await CallAsync(options.StoreTimeout, token => store.WriteAsync(batch, token), cancellation).ConfigureAwait(false);
            Interlocked.Add(ref _saved, saves.Count);
            Interlocked.Add(ref _deleted, deletes.Count);
            Interlocked.Increment(ref _batches);
        }
        queue.Written(contacts.Select(static c => c.Key));
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
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Fail(failure);
            throw;
        }
        Succeed();
    }

    private void Fail(Exception failure)
    {
        Interlocked.Increment(ref _failures);
        if (_isFailing)
            return;
        _failingSince = time.GetTimestamp();
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
