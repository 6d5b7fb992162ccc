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
    private long _void; // entries before are in the store, or were kept behind them
    private ulong _hash = JournalHash.Start;
    private bool _hasFailed;

    /// <summary>Entries.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Entries that the store has not got.</summary>
    public long Live => Count - Interlocked.Read(ref _void);

    public long Length => journal.Length;

    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>The last append succeeded.</summary>
    public bool IsUsable => !Volatile.Read(ref _hasFailed);

    /// <summary>The store has all that is in it, except for rows that it refuses.</summary>
    public bool IsEmpty => Count == Interlocked.Read(ref _void);

    /// <summary>It is not empty on its disk: a replay would read it.</summary>
    public bool HasEntries => Count > 0;

    /// <summary>Of all its entries.</summary>
    public ulong Hash => _hash;

    /// <summary>Its call records that are not in the store: all those behind this many entries.</summary>
    public bool HasRecords { get; private set; }

    public async ValueTask OpenAsync(CancellationToken cancellation)
    {
        if (_isOpen)
            return;
        await journal.OpenAsync(cancellation).ConfigureAwait(false);
        long count = 0;
        _hash = JournalHash.Start;
        await foreach (ReadOnlyMemory<byte> entry in journal.ReadAsync(cancellation).ConfigureAwait(false))
        {
            _hash = JournalHash.Add(_hash, entry.Span);
            count++;
        }

        Interlocked.Exchange(ref _count, count);
        _isOpen = true;
    }

    /// <summary>Appends rows as they are now, removals and call records.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="dialogs">Makes them.</param>
    /// <param name="isCovered">The store has an older row of the dialog, or its removal is among the rows or in the journal.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>
    /// Those that are durable now. Of a dialog that is over, and whose removal with the call's record is still to come, an older row is as good; where there is
    /// none either, it is not durable. Null: it does not take them.
    /// </returns>
    public async ValueTask<List<PendingRow>?> AppendAsync(
        IEnumerable<PendingRow> rows,
        IStoredDialogs dialogs,
        Func<DialogId, bool> isCovered,
        CancellationToken cancellation
    )
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        var taken = new List<PendingRow>();
        bool hasRecords = false;
        foreach (PendingRow row in rows)
        {
            DialogRecord? now = row.IsRecordOnly || row.IsDeleted ? null : dialogs.RecordOf(row.Id);
            bool isEnding = row is { IsRecordOnly: false, IsDeleted: false } && now is null;
            if (isEnding && !row.ReplacesDurable && !isCovered(row.Id))
                continue;
            taken.Add(row);
            if (isEnding)
                continue;
            if (row.Record is { } record)
            {
                // Before the removal: an append that a crash cuts short leaves a dialog with its record, not one that is gone without.
                entries.Add(JournalEntry.Write(record));
                hasRecords = true;
            }

            if (now is not null)
                entries.Add(JournalEntry.Write(now));
            else if (!row.IsRecordOnly)
                entries.Add(JournalEntry.WriteDelete(row.Id));
        }

        if (!await AppendAsync(entries, cancellation).ConfigureAwait(false))
            return null;
        HasRecords |= hasRecords;
        return taken;
    }

    /// <summary>Appends what the store refuses for itself; false when the journal does not take it.</summary>
    public async ValueTask<bool> AppendAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellation) =>
        await AppendAsync([entry], cancellation).ConfigureAwait(false);

    /// <summary>
    /// The store has all that is in it, but for these entries, which it refuses: from now on nothing else in it counts. One append, so that a crash finds it
    /// as before or as after.
    /// </summary>
    /// <returns>False: it stays as it is.</returns>
    public async ValueTask<bool> TryKeepAsync(List<ReadOnlyMemory<byte>> entries, CancellationToken cancellation)
    {
        await StopReadingAsync().ConfigureAwait(false);
        entries.Add(JournalEntry.WriteKeep(entries.Count));
        if (!await AppendAsync(entries, cancellation).ConfigureAwait(false))
            return false;
        SetVoid();
        return true;
    }

    /// <summary>The store says itself that it has all that is in it (<see cref="JournalMark"/>).</summary>
    public async ValueTask MarkedAsync()
    {
        await StopReadingAsync().ConfigureAwait(false);
        SetVoid();
    }

    private void SetVoid()
    {
        Interlocked.Exchange(ref _void, Count);
        _recordsDone = Count;
        HasRecords = false;
    }

    private async ValueTask<bool> AppendAsync(List<ReadOnlyMemory<byte>> entries, CancellationToken cancellation)
    {
        try
        {
            if (entries.Count > 0)
                await journal.AppendAsync(entries, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Failed(failure);
            return false;
        }

        Volatile.Write(ref _hasFailed, false);
        foreach (ReadOnlyMemory<byte> entry in entries)
            _hash = JournalHash.Add(_hash, entry.Span);
        Interlocked.Add(ref _count, entries.Count);
        return true;
    }

    private void Failed(Exception failure)
    {
        Interlocked.Increment(ref _failures);
        if (IsUsable)
            log.JournalFailed(failure);
        Volatile.Write(ref _hasFailed, true);
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

    /// <summary>The store has all that is in it: every entry goes.</summary>
    /// <returns>False: it cannot be emptied, and stays as it is.</returns>
    public async ValueTask<bool> TryClearAsync(CancellationToken cancellation)
    {
        if (Count == 0)
            return true;
        await StopReadingAsync().ConfigureAwait(false);
        try
        {
            await journal.ClearAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            Failed(failure);
            return false;
        }

        Interlocked.Exchange(ref _count, 0);
        Interlocked.Exchange(ref _void, 0);
        _hash = JournalHash.Start;
        _recordsDone = 0;
        HasRecords = false;
        return true;
    }

    /// <summary>At start; see <see cref="JournalReplay"/>. The entries stay: <see cref="TryClearAsync"/> or <see cref="TryKeepAsync"/> comes next.</summary>
    public async ValueTask<JournalReplay> ReplayAsync(IDialogStore store, int most, CancellationToken cancellation)
    {
        var replay = new JournalReplay(journal, store, log, most);
        Interlocked.Exchange(ref _count, await replay.RunAsync(cancellation).ConfigureAwait(false));
        return replay;
    }

    private async ValueTask StopReadingAsync()
    {
        if (_reading is { } reading)
            await reading.DisposeAsync().ConfigureAwait(false);
        _reading = null;
        _readThrough = 0;
    }
}
