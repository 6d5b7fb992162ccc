namespace Parley.Dialogs;

/// <summary>The writer's journal: appends what the store has not got, and gives it back.</summary>
internal sealed class JournalQueue(IJournal journal, StoreLog log)
{
    private long _count;
    private long _recordsDone;
    private IAsyncEnumerator<ReadOnlyMemory<byte>>? _reading;
    private long _readThrough;
    private bool _isOpen;
    private long _failures;
    private bool _hasFailed;

    /// <summary>Entries.</summary>
    public long Count => Interlocked.Read(ref _count);

    public long Length => journal.Length;

    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>The last append succeeded.</summary>
    public bool IsUsable => !Volatile.Read(ref _hasFailed);

    public bool IsEmpty => Count == 0;

    /// <summary>Its call records that are not in the store: all those behind this many entries.</summary>
    public bool HasRecords { get; private set; }

    public async ValueTask OpenAsync(CancellationToken cancellation)
    {
        if (_isOpen)
            return;
        await journal.OpenAsync(cancellation).ConfigureAwait(false);
        long count = 0;
        await foreach (ReadOnlyMemory<byte> _ in journal.ReadAsync(cancellation).ConfigureAwait(false))
            count++;
        Interlocked.Exchange(ref _count, count);
        _isOpen = true;
    }

    /// <summary>Appends rows as they are now, removals and call records. False when the journal does not take them.</summary>
    public async ValueTask<bool> AppendAsync(IReadOnlyList<PendingRow> rows, IStoredDialogs dialogs, CancellationToken cancellation)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        bool hasRecords = false;
        foreach (PendingRow row in rows)
        {
            if (row.Record is { } record)
            {
                // Before the removal: an append that a crash cuts short leaves a dialog with its record, not one that is gone without.
                entries.Add(JournalEntry.Write(record));
                hasRecords = true;
            }

            if (row.IsRecordOnly)
                continue;
            if (row.IsDeleted)
                entries.Add(JournalEntry.WriteDelete(row.Id));
            else if (dialogs.RecordOf(row.Id) is { } now)
                entries.Add(JournalEntry.Write(now));
        }

        try
        {
            if (entries.Count > 0)
                await journal.AppendAsync(entries, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Interlocked.Increment(ref _failures);
            if (IsUsable)
                log.JournalFailed(failure);
            Volatile.Write(ref _hasFailed, true);
            return false;
        }

        Volatile.Write(ref _hasFailed, false);
        Interlocked.Add(ref _count, entries.Count);
        HasRecords |= hasRecords;
        return true;
    }

    /// <summary>The next call records for the store, and behind how many entries the journal stands then.</summary>
    public async ValueTask<(List<CallRecord> Records, long Through)> NextRecordsAsync(int most, CancellationToken cancellation)
    {
        var records = new List<CallRecord>();
        bool isNew = _reading is null || _readThrough != _recordsDone;
        if (isNew)
        {
            // From the start, or once more what the store did not take.
            await StopReadingAsync().ConfigureAwait(false);
            _reading = journal.ReadAsync(cancellation).GetAsyncEnumerator(cancellation);
            while (_readThrough < _recordsDone && await _reading.MoveNextAsync().ConfigureAwait(false))
                _readThrough++;
        }

        while (records.Count < most)
        {
            if (!await _reading!.MoveNextAsync().ConfigureAwait(false))
            {
                // What was appended since the reading began comes with the next one: at once where this one had nothing more.
                long through = _readThrough;
                await StopReadingAsync().ConfigureAwait(false);
                return isNew || through > _recordsDone
                    ? (records, through)
                    : await NextRecordsAsync(most, cancellation).ConfigureAwait(false);
            }

            _readThrough++;
            ReadOnlyMemory<byte> bytes = _reading.Current;
            if (bytes.Span[0] == (byte)JournalEntryKind.Record && JournalEntry.TryRead(bytes.Span, out JournalEntry entry))
                records.Add(entry.Record!);
        }

        return (records, _readThrough);
    }

    /// <summary>The store has the call records up to this entry.</summary>
    public void RecordsDone(long through)
    {
        HasRecords = through < Count && through > _recordsDone;
        _recordsDone = through;
    }

    /// <summary>The store has all that is in it.</summary>
    public async ValueTask ClearAsync(CancellationToken cancellation)
    {
        if (Count == 0)
            return;
        await StopReadingAsync().ConfigureAwait(false);
        await journal.ClearAsync(cancellation).ConfigureAwait(false);
        Interlocked.Exchange(ref _count, 0);
        _recordsDone = 0;
        HasRecords = false;
    }

    /// <summary>At start: what an earlier run left goes into the store, each dialog as its last entry has it. Then the journal is empty.</summary>
    /// <returns>How many entries there were.</returns>
    public async ValueTask<long> ReplayAsync(IDialogStore store, int most, CancellationToken cancellation)
    {
        // Two passes, so that no more than a write's rows are in memory: first which entry of a dialog is its last.
        var last = new Dictionary<DialogId, long>();
        long count = 0;
        await foreach (ReadOnlyMemory<byte> bytes in journal.ReadAsync(cancellation).ConfigureAwait(false))
        {
            if (JournalEntry.TryRead(bytes.Span, out JournalEntry entry) && entry.Kind != JournalEntryKind.Record)
                last[entry.Id] = count;
            count++;
        }

        Interlocked.Exchange(ref _count, count);
        if (count == 0)
            return 0;
        var write = new StoreWrite();
        int size = 0;
        long at = 0;
        await foreach (ReadOnlyMemory<byte> bytes in journal.ReadAsync(cancellation).ConfigureAwait(false))
        {
            if (!JournalEntry.TryRead(bytes.Span, out JournalEntry entry))
                log.EntryUnreadable();
            else if (entry.Kind == JournalEntryKind.Record)
                write.Add(entry.Record!);
            else if (last[entry.Id] != at)
                size--;
            else if (entry.Row is { } row)
                write.Save(row, 0, isNumbersOnly: false);
            else
                write.Delete(entry.Id);
            at++;
            if (++size < most && at < count)
                continue;
            await WriteAsync(store, write.ToBatch(), cancellation).ConfigureAwait(false);
            write = new StoreWrite();
            size = 0;
        }

        await ClearAsync(cancellation).ConfigureAwait(false);
        return count;
    }

    private async ValueTask StopReadingAsync()
    {
        if (_reading is { } reading)
            await reading.DisposeAsync().ConfigureAwait(false);
        _reading = null;
        _readThrough = 0;
    }

    /// <summary>Rows that the store refuses for themselves are left out, and the others go.</summary>
    private async ValueTask WriteAsync(IDialogStore store, DialogStoreBatch batch, CancellationToken cancellation)
    {
        while (!batch.IsEmpty)
        {
            try
            {
                await store.WriteAsync(batch, cancellation).ConfigureAwait(false);
                return;
            }
            catch (DialogRowException refused) when (batch.Saves.Any(row => row.Id == refused.Id))
            {
                DialogRecord row = batch.Saves.First(row => row.Id == refused.Id);
                log.PutAside(row.Id, row.GetText(DialogColumn.CallId) ?? "", refused);
                batch = new DialogStoreBatch
                {
                    Saves = [.. batch.Saves.Where(row => row.Id != refused.Id)],
                    Deletes = batch.Deletes,
                    CallRecords = batch.CallRecords,
                    IntermediateRecords = batch.IntermediateRecords,
                };
            }
        }
    }
}
