namespace Parley.Dialogs;

// The end of what the journal has: the store has it too, and it must not come back by a replay.
internal sealed partial class DialogStoreWriter
{
    private long _retireAt;
    private bool _isForced;
    private bool _hasMark;
    private Task _marking = Task.CompletedTask;

    /// <summary>The store has one: it goes when nothing needs it any more.</summary>
    public void SawMark() => Volatile.Write(ref _hasMark, true);

    private async ValueTask ReplayAsync(JournalQueue journal, CancellationToken cancellation)
    {
        JournalReplay replay = await journal.ReplayAsync(_store, _options.CommitRows, cancellation).ConfigureAwait(false);
        if (!journal.HasEntries)
            return;
        _hasMark = replay.HasMark;
        _asideAt = Now;
        _refused = replay.RefusedRows;
        foreach (DialogRecord row in _refused)
        {
            _aside[row.Id] = new AsideRow { Journaled = HashOf(row) | 2 };
            Counters.PutAside();
        }

        Volatile.Write(ref _asideCount, _aside.Count);
        _asideRecords.AddRange(replay.RefusedRecords.Select(static record => (record, true)));
        _waitsForClear = true;
        _log.Replayed(journal.Count);
        List<ReadOnlyMemory<byte>> kept = [.. _refused.Select(static row => (ReadOnlyMemory<byte>)JournalEntry.Write(row))];
        kept.AddRange(_asideRecords.Select(static aside => (ReadOnlyMemory<byte>)JournalEntry.Write(aside.Record)));
        await RetireJournalAsync(journal, kept, cancellation).ConfigureAwait(false);
    }

    /// <summary>The store has all that the journal has, but for what it refuses: from now on it gets everything at once again.</summary>
    private async ValueTask RetireJournalAsync(CancellationToken cancellation)
    {
        bool isTime = _isForced || Now >= _retireAt;
        if (Volatile.Read(ref _hasMark) && _flight is null && isTime && _journal is null or { HasEntries: false })
            await RemoveMarkAsync(cancellation).ConfigureAwait(false);
        if (_journal is not { HasEntries: true, HasRecords: false } journal || _flight is not null || _pending.NeedsJournal)
            return;
        bool isDue = !journal.IsEmpty || _waitsForClear;
        // What is only void is emptied when nothing is kept in it, and not at every write while that fails.
        bool keeps = _asideCount > 0 || _asideRecords.Count > 0;
        if (!isDue && (!isTime || (keeps && !_hasMark)))
            return;
        List<ReadOnlyMemory<byte>> entries = AsideEntries(out List<(AsideRow Row, ulong Content)> kept);
        if (!await RetireJournalAsync(journal, entries, cancellation).ConfigureAwait(false))
            return;
        foreach ((AsideRow row, ulong content) in kept)
            row.Journaled = content;
    }

    /// <returns>False: the journal has not taken what is to be kept.</returns>
    private async ValueTask<bool> RetireJournalAsync(JournalQueue journal, List<ReadOnlyMemory<byte>> kept, CancellationToken cancellation)
    {
        bool isDue = !journal.IsEmpty || _waitsForClear;
        bool isDone =
            kept.Count == 0
                ? await journal.TryClearAsync(cancellation).ConfigureAwait(false)
                : await journal.TryKeepAsync(kept, cancellation).ConfigureAwait(false);
        bool isTaken = isDone;
        if (!isDone)
            _retireAt = Now + (long)_options.Retry.TotalMilliseconds;
        if (!isDone && isDue && _asideRecords.Count == 0) // a mark names no call records: the journal counts as long as it is to keep one
            isDone = await TryMarkAsync(journal, cancellation).ConfigureAwait(false);
        if (isDone)
            _waitsForClear = false;
        if (_hasMark && isTaken)
            await RemoveMarkAsync(cancellation).ConfigureAwait(false);
        return isTaken;
    }

    /// <summary>A journal that can be changed no more: the store says how much of it is out of date, so that a replay brings nothing back and nothing waits for the journal.</summary>
    private async ValueTask<bool> TryMarkAsync(JournalQueue journal, CancellationToken cancellation)
    {
        if (!_marking.IsCompleted)
            return false; // an older one may still be written
        var mark = new JournalMark(journal.Count, journal.Hash, [.. _aside.Keys]);
        try
        {
            _hasMark = true; // a write that fails may have been done all the same
            _marking = Start(new DialogStoreBatch { Saves = [mark.ToRow()] }, cancellation);
            await _marking.WaitAsync(_options.StoreTimeout, _time, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is not OutOfMemoryException)
        {
            Fail(
                failure is OperationCanceledException
                    ? new TimeoutException("The dialog store did not take a write in time.", failure)
                    : failure
            );
            return false;
        }

        await journal.MarkedAsync().ConfigureAwait(false);
        _log.Marked(mark.Entries);
        return true;
    }

    /// <summary>It says nothing any more. One that stays does no harm: its hash is that of another journal.</summary>
    private async ValueTask RemoveMarkAsync(CancellationToken cancellation)
    {
        if (!_marking.IsCompleted)
            return;
        try
        {
            _marking = Start(new DialogStoreBatch { Deletes = [JournalMark.Id] }, cancellation);
            await _marking.WaitAsync(_options.StoreTimeout, _time, cancellation).ConfigureAwait(false);
            _hasMark = false;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is not OutOfMemoryException)
        {
            _retireAt = Now + (long)_options.Retry.TotalMilliseconds;
            _log.Failed(failure);
        }
    }
}
