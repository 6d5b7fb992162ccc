namespace Parley.Dialogs;

// One write of the store: what is in it, how it ends, and whose fault a failure is.
internal sealed partial class DialogStoreWriter
{
    /// <summary>Removing it changes nothing: written to learn whether a store that refused a batch takes anything at all.</summary>
    private static readonly DialogStoreBatch Probe = new() { Deletes = [new DialogId(uint.MaxValue, uint.MaxValue)] };

    /// <summary>So many rows refused one after the other, and none taken: it is not for the rows.</summary>
    private const int MostSuspects = 8;

    private long _rowsTaken;
    private bool _waitsForClear;

    private async ValueTask<bool> WriteAsync(CancellationToken cancellation)
    {
        TryAsideAgain();
        if (await NextAsync(cancellation).ConfigureAwait(false) is not { } write)
        {
            await RetireJournalAsync(cancellation).ConfigureAwait(false);
            return !_isHealthy && await IsWellAgainAsync(cancellation).ConfigureAwait(false);
        }

        DialogStoreBatch batch = write.ToBatch();
        if (batch.IsEmpty)
        {
            Finish(write);
            await RetireJournalAsync(cancellation).ConfigureAwait(false);
            return true;
        }

        Exception? failure = await TryWriteAsync(write, batch, cancellation).ConfigureAwait(false);
        if (_flight is not null && failure is null)
            return false; // the journal has it, so nothing waits for this write
        if (failure is null)
        {
            Succeeded(write);
            await RetireJournalAsync(cancellation).ConfigureAwait(false);
            return true;
        }

        if (_flight is null && await BlamesRowAsync(write, failure, cancellation).ConfigureAwait(false))
        {
            Counters.Failed();
            return true;
        }

        Fail(failure);
        if (_journal is not null)
        {
            if (await JournalFreshAsync(cancellation).ConfigureAwait(false))
                return true;
            if (!_pending.HasFresh || _journal.IsUsable)
                return false; // the journal has all that waits, but for removals that are still to come
        }

        throw failure;
    }

    /// <summary>
    /// A store that failed is asked when nothing waits for it too: what was put aside is tried once it is well, and calls that are refused meanwhile bring
    /// nothing to write.
    /// </summary>
    private async ValueTask<bool> IsWellAgainAsync(CancellationToken cancellation)
    {
        if (_flight is not null || !_marking.IsCompleted)
            return false;
        try
        {
            _marking = Start(Probe, cancellation);
            await _marking.WaitAsync(_options.StoreTimeout, _time, cancellation).ConfigureAwait(false);
            Recovered();
            return true;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is not OutOfMemoryException)
        {
            Fail(failure);
            return false;
        }
    }

    /// <summary>What goes next; null: nothing. Call records that only the journal has go first, so that a row never goes before its record.</summary>
    private async ValueTask<StoreWrite?> NextAsync(CancellationToken cancellation)
    {
        if (_journal is { HasRecords: true } journal)
        {
            (List<CallRecord> records, long through) = await journal.NextRecordsAsync(_limit, cancellation).ConfigureAwait(false);
            var write = new StoreWrite { JournalEntries = through, JournalRecords = records };
            foreach (CallRecord record in records)
                write.Add(record);
            return write;
        }

        List<PendingRow> rows = _pending.Next(_limit, durableOnly: _journal is { IsEmpty: false });
        HashSet<DialogId> gone = [];
        while (AddGone(rows, gone))
        {
            Drain();
            rows = _pending.Next(_limit, durableOnly: _journal is { IsEmpty: false });
        }

        return rows.Count == 0 || Build(rows, gone) is not { Rows.Count: > 0 } built ? null : built;
    }

    /// <summary>Dialogs of which nothing more is to come: a removal that is on the feed comes with the next drain, else it was long ago.</summary>
    /// <returns>There are some that were not known.</returns>
    private bool AddGone(List<PendingRow> rows, HashSet<DialogId> gone)
    {
        int before = gone.Count;
        foreach (PendingRow row in rows)
        {
            if (row is { IsRecordOnly: false, IsDeleted: false } && _dialogs.IsGone(row.Id))
                gone.Add(row.Id);
        }

        return gone.Count > before;
    }

    private StoreWrite Build(List<PendingRow> rows, HashSet<DialogId> gone)
    {
        var write = new StoreWrite();
        lock (_stored)
        {
            foreach (PendingRow row in rows)
            {
                DialogRecord? now = row.IsRecordOnly || row.IsDeleted ? null : _dialogs.RecordOf(row.Id);
                if (
                    row is { IsRecordOnly: false, IsDeleted: false }
                    && now is null
                    && !(IsInStore(row.Id) && !row.IsDurable && !row.ReplacesDurable)
                    && !gone.Contains(row.Id)
                )
                {
                    // Over, and its removal with the call's record is still to come. The store has no row of it: what the journal or memory has stays until then.
                    _pending.MoveBack(row);
                    continue;
                }

                row.IsInFlight = true;
                write.Rows.Add(row);
                if (row.Record is { } record)
                    write.Add(record);
                if (row.IsRecordOnly)
                    continue;
                if (row.IsDeleted)
                {
                    if (_stored.ContainsKey(row.Id) || row.IsDurable || row.ReplacesDurable)
                        write.Delete(row.Id);
                }
                else if (now is not null)
                {
                    ulong texts = HashOf(now);
                    bool isSame = texts != 0 && _stored.TryGetValue(row.Id, out ulong known) && known == texts;
                    write.Save(now, texts, isSame);
                    if (!isSame)
                        _stored[row.Id] = 0; // until it succeeds: a write that fails may have been done all the same
                }
            }
        }

        return write;
    }

    /// <summary>The store has a row of the dialog for certain. Under the lock of the rows, or on the writer's turn.</summary>
    private bool IsInStore(DialogId id) => _stored.TryGetValue(id, out ulong texts) && texts != 0;

    /// <returns>Null when it succeeded, or when it goes on and nothing has to wait for it.</returns>
    private async ValueTask<Exception?> TryWriteAsync(StoreWrite write, DialogStoreBatch batch, CancellationToken cancellation)
    {
        // A store that failed is asked beside the journal: what comes meanwhile does not wait for it.
        bool isBeside = !_isHealthy && _journal is { IsUsable: true };
        var limit = new CancellationTokenSource(_options.StoreTimeout, _time);
        try
        {
            write.Task = Start(batch, limit.Token);
            if (isBeside && !write.Task.IsCompleted)
            {
                _flight = write;
                return null;
            }

            await write.Task.WaitAsync(_options.StoreTimeout, _time, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            if (!write.Task.IsCompleted)
                _flight = write;
            return failure is OperationCanceledException
                ? new TimeoutException($"The dialog store did not take a write within {_options.StoreTimeout}.", failure)
                : failure;
        }
        finally
        {
            if (write.Task.IsCompleted)
                limit.Dispose();
            else
                _ = write.Task.ContinueWith(
                    _ => limit.Dispose(),
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default
                );
            if (_flight is null && (write.Task.IsFaulted || write.Task.IsCanceled || cancellation.IsCancellationRequested))
                Release(write);
        }
    }

    private Task Start(DialogStoreBatch batch, CancellationToken cancellation)
    {
        try
        {
            return _store.WriteAsync(batch, cancellation).AsTask();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return Task.FromException(failure);
        }
    }

    /// <summary>A write that took too long has ended meanwhile.</summary>
    private bool Land()
    {
        if (_flight is not { Task.IsCompleted: true } flight)
            return false;
        _flight = null;
        if (flight.Task.IsCompletedSuccessfully)
        {
            Succeeded(flight);
            return true;
        }

        Release(flight);
        Fail(flight.Task.Exception?.GetBaseException() ?? new TimeoutException("The dialog store did not take a write in time."));
        return true;
    }

    private async ValueTask FinishFlightAsync(CancellationToken cancellation)
    {
        if (_flight is { } flight)
            await flight.Task.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Land();
    }

    private void Succeeded(StoreWrite write)
    {
        Recovered();
        _suspects = 0;
        _limit = Math.Min(_options.CommitRows, _limit * 2);
        lock (_stored)
        {
            foreach ((DialogId id, ulong texts) in write.Hashes)
            {
                _stored[id] = texts;
                TakenAtLast(id);
            }

            foreach (DialogId id in write.Deletes)
                _stored.Remove(id);
        }

        Counters.Written(write.Hashes.Count, write.UpdateCount, write.Deletes.Count, write.RecordCount);
        _rowsTaken += write.RecordCount;
        _suspectRecords = 0;
        if (write.JournalEntries > 0)
            _journal!.RecordsDone(write.JournalEntries);
        _rowsTaken += write.Hashes.Count;
        Finish(write);
        foreach ((DialogId id, _) in write.Hashes)
            _dialogs.Saved(id);
    }

    private void Finish(StoreWrite write)
    {
        if (write.JournalEntries > 0 && write.RecordCount == 0)
            _journal!.RecordsDone(write.JournalEntries);
        foreach (PendingRow row in write.Rows)
        {
            // Its journal takes no more, and has what the row was before: replayed after a crash now, that would come back. A record that is replayed changes nothing.
            _waitsForClear |= row.ReplacesDurable && !row.IsRecordOnly && _journal is { HasEntries: true };
            _pending.Written(row);
            if (row.IsDeleted && !row.IsRecordOnly)
                TakenAtLast(row.Id);
        }
    }

    private void Release(StoreWrite write)
    {
        foreach (PendingRow row in write.Rows)
            _pending.Refused(row);
    }

    private void Recovered()
    {
        if (_isHealthy)
            return;
        Volatile.Write(ref _isHealthy, true);
        _log.Recovered();
    }

    private void Fail(Exception failure)
    {
        Counters.Failed();
        _log.Failed(failure);
        _suspects = 0;
        _retryAt = Now + (long)_options.Retry.TotalMilliseconds;
        bool wasHealthy = _isHealthy;
        Volatile.Write(ref _isHealthy, false);
        if (wasHealthy && _journal is null && _options.Mode == DialogStoreMode.Realtime)
            _log.Unavailable(
                _options.WhenUnavailable == DialogStoreOutagePolicy.Refuse ? "new calls are refused" : "calls go on and are written later"
            );
    }

    /// <summary>
    /// The store refused a batch: true when that is for one of its rows, so that the others go on at once. A row is convicted by the store's word
    /// (<see cref="DialogRowException"/>), or when it is refused alone twice and others are taken in between; a store that takes no row at all is out of
    /// order (its disk is full, it is read-only), whatever it says to a probe.
    /// </summary>
    private async ValueTask<bool> BlamesRowAsync(StoreWrite write, Exception failure, CancellationToken cancellation)
    {
        if (failure is DialogRowException refused && write.Rows.Find(row => row.Id == refused.Id && !row.IsRecordOnly) is { } guilty)
        {
            await PutAsideAsync(guilty, failure, cancellation).ConfigureAwait(false);
            return true;
        }

        if (failure is TimeoutException || (write.Rows.Count == 0 && write.JournalRecords.Count == 0))
            return false;
        try
        {
            await Start(Probe, cancellation).WaitAsync(_options.StoreTimeout, _time, cancellation).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }

        int size = Math.Max(write.Rows.Count, write.JournalRecords.Count);
        if (size > 1)
        {
            _limit = Math.Max(1, size / 2);
            return true;
        }

        if (write.Rows.Count == 0)
            return BlamesRecord(write, failure);
        PendingRow suspect = write.Rows[0];
        if (suspect.RefusedAt >= 0 && _rowsTaken > suspect.RefusedAt)
        {
            await PutAsideAsync(suspect, failure, cancellation).ConfigureAwait(false);
            return true;
        }

        if (suspect.RefusedAt >= 0 || ++_suspects > MostSuspects)
            return false; // no row passes
        suspect.RefusedAt = _rowsTaken;
        _pending.MoveBack(suspect);
        return _pending.Count > 1;
    }

    /// <summary>What only memory has goes into the journal, and counts as durable.</summary>
    private async ValueTask<bool> JournalFreshAsync(CancellationToken cancellation)
    {
        if (!_pending.HasFresh)
            return false;
        HashSet<DialogId> gone = [.. _pending.Fresh.Where(row => !row.IsDeleted && _dialogs.IsGone(row.Id)).Select(static row => row.Id)];
        if (gone.Count > 0)
            Drain(); // their removals, where they have not come yet
        List<PendingRow>? taken = await _journal!
            .AppendAsync(_pending.Fresh, _dialogs, id => IsInStore(id) || _pending.IsRemoved(id) || gone.Contains(id), cancellation)
            .ConfigureAwait(false);
        if (taken is not { Count: > 0 })
            return false;
        _pending.MadeDurable(taken);
        Acknowledge();
        return true;
    }

    private async ValueTask WriteJournalRecordsAsync(CancellationToken cancellation)
    {
        while (_journal is { HasRecords: true } && await NextAsync(cancellation).ConfigureAwait(false) is { } write)
        {
            if (write.RecordCount > 0)
                await _store.WriteAsync(write.ToBatch(), cancellation).ConfigureAwait(false);
            _journal.RecordsDone(write.JournalEntries);
        }
    }
}
