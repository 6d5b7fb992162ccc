using System.Collections.Concurrent;

namespace Parley.Dialogs;

/// <summary>
/// Keeps a store in line with the feed. Rows are made when they are written: what waits is one entry a dialog (<see cref="PendingRows"/>), however
/// often it changed. What the store does not take in time goes into the journal where there is one, and counts as durable then; once the store is
/// back it gets the rows as they are at that moment, and the journal is emptied.
/// </summary>
/// <remarks>
/// Order: a dialog has one entry, and one write is in flight at a time. While the journal is not empty, nothing goes to the store that the journal
/// does not have, so that replaying it after a crash never brings back what was older.
/// </remarks>
internal sealed partial class DialogStoreWriter : IDisposable
{
    private readonly DialogFeedReader _reader;
    private readonly IDialogStore _store;
    private readonly IStoredDialogs _dialogs;
    private readonly DialogStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly StoreLog _log;
    private readonly PendingRows _pending = new();
    private readonly ConcurrentQueue<CallRecord> _added = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly JournalQueue? _journal;

    /// <summary>The texts of each row in the store, as a hash. What is not here has no row.</summary>
    private readonly Dictionary<DialogId, ulong> _stored = [];
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StoreWrite? _flight;
    private long _retryAt;
    private int _limit;
    private int _suspects;
    private bool _isHealthy = true;
    private bool _isEmptied;

    public DialogStoreWriter(
        DialogFeedReader reader,
        IDialogStore store,
        IStoredDialogs dialogs,
        DialogStoreOptions? options = null,
        TimeProvider? time = null,
        StoreLog? log = null
    )
    {
        _reader = reader;
        _store = store;
        _dialogs = dialogs;
        _options = options ?? new DialogStoreOptions();
        _time = time ?? TimeProvider.System;
        _log = log ?? StoreLog.None;
        _limit = _options.CommitRows;
        _journal = _options.Journal is { } journal ? new JournalQueue(journal, _log) : null;
        Counters = new StoreCounters();
    }

    public StoreCounters Counters { get; }

    /// <summary>Only call records are written, no rows: <see cref="DialogStoreMode.Shutdown"/> before the stop.</summary>
    public bool WritesRecordsOnly { get; init; }

    /// <summary>Nothing can be made durable now: the store is away, and there is no journal, or it failed.</summary>
    public bool IsUnavailable => !Volatile.Read(ref _isHealthy) && _journal is not { IsUsable: true };

    /// <summary>The store took the last write.</summary>
    public bool IsHealthy => Volatile.Read(ref _isHealthy);

    /// <summary>The store is open, and has what an earlier run left in the journal.</summary>
    public bool IsOpen { get; private set; }

    private long Now => _time.GetTimestamp() / (_time.TimestampFrequency / 1000);

    /// <summary>A row that the store has, since it was loaded.</summary>
    public void Loaded(DialogRecord record)
    {
        lock (_stored)
            _stored[record.Id] = HashOf(record);
    }

    /// <summary>The store has a row of this dialog, which came from elsewhere: as old as what the journal had instead, or older.</summary>
    public void HasOlder(DialogId id)
    {
        lock (_stored)
            _stored.TryAdd(id, 0);
    }

    /// <summary>Opens the store, and writes to it what an earlier run left in the journal. Nothing when it is open.</summary>
    /// <exception cref="DialogStoreException">The store or the journal cannot be used as it is set up.</exception>
    public async ValueTask OpenAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!IsOpen)
                await TryOpenAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A call record to be written: an intermediate one, or a final one of a call that no change reports. From any thread.</summary>
    public void Add(CallRecord record)
    {
        _added.Enqueue(record);
        Volatile.Read(ref _wake).TrySetResult();
    }

    /// <summary>
    /// Writes what waits, one write; false when nothing was to be done. What the store throws comes out unless the journal took the changes; call again
    /// to try again.
    /// </summary>
    /// <param name="force">Tries a store that failed at once, not after <see cref="DialogStoreOptions.Retry"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    public async ValueTask<bool> FlushAsync(bool force, CancellationToken cancellation = default)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _isForced = force;
            Drain();
            bool did = Land();
            // Away as long as a write takes too long, though the journal may have nothing yet: the first row of an outage may be of a call that has ended since.
            if (_journal is { } journal && _pending.HasFresh && (!journal.IsEmpty || _flight is not null || !_isHealthy))
                did |= await JournalFreshAsync(cancellation).ConfigureAwait(false);
            if (_flight is not null || !(force || Now >= _retryAt))
                return did;
            if (!IsOpen)
                await TryOpenAsync(cancellation).ConfigureAwait(false);
            return did | await WriteAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Acknowledge();
            _turn.Release();
        }
    }

    /// <summary>Makes the rows of all dialogs the only ones of the store.</summary>
    public async ValueTask<int> ReplaceAllAsync(CancellationToken cancellation = default)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await FinishFlightAsync(cancellation).ConfigureAwait(false);
            Drain();
            if (_journal is not null)
                await WriteJournalRecordsAsync(cancellation).ConfigureAwait(false);
            return await ReplaceAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Acknowledge();
            _turn.Release();
        }
    }

    /// <summary>Removes all rows, which live in memory from now on: <see cref="DialogStoreMode.Shutdown"/> after its load.</summary>
    public async ValueTask EmptyAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await FinishFlightAsync(cancellation).ConfigureAwait(false);
            await _store.ReplaceAsync([], cancellation).ConfigureAwait(false);
            _isEmptied = true;
            lock (_stored)
                _stored.Clear();
        }
        finally
        {
            Acknowledge();
            _turn.Release();
        }
    }

    /// <summary>All dialogs are written with the next flushes.</summary>
    public void TouchAll()
    {
        foreach (DialogId id in _dialogs.All())
            _pending.Touch(id, _reader.HandedThrough + 1, Now);
    }

    public DialogStoreStatistics Statistics()
    {
        PendingRow? oldest = _pending.Oldest; // a reference read beside the writer: old by an instant at most
        return Counters.Read() with
        {
            IsAvailable = IsHealthy,
            QueueDepth = _pending.Count + _reader.Pending,
            OldestAge = oldest is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Max(0, Now - oldest.Since)),
            RowsAside = Volatile.Read(ref _asideCount),
            JournalEntries = _journal?.Live ?? 0,
            JournalBytes = _journal?.Length ?? 0,
            JournalFailures = _journal?.Failures ?? 0,
        };
    }

    public void Dispose() => _reader.Dispose();

    private async ValueTask TryOpenAsync(CancellationToken cancellation)
    {
        if (_journal is not null)
            await _journal.OpenAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _store.OpenAsync(cancellation).ConfigureAwait(false);
            if (_journal is not null)
                await ReplayAsync(_journal, cancellation).ConfigureAwait(false);
            IsOpen = true;
            Recovered();
        }
        catch (Exception failure) when (failure is not DialogStoreException && !cancellation.IsCancellationRequested)
        {
            Fail(failure);
            if (_journal is not null)
                await JournalFreshAsync(cancellation).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>From the feed into the entries, so that a store that is away costs one entry a dialog and not the feed's capacity.</summary>
    private void Drain()
    {
        long now = Now;
        while (_reader.TryRead(out DialogChange? change, out long first))
        {
            if (change.Kind == DialogChangeKind.Resync)
                Resync(change, first, now);
            else if (!WritesRecordsOnly || (change.Kind == DialogChangeKind.Deleted && !_isEmptied))
                Take(change, first, now); // a row that was loaded goes with its call, until all are gone
            else if (change.CallRecord is { } record)
                _pending.Take(record, first, now);
        }

        // The feed has no place for these: one that comes now waits for no change and lets none pass it.
        while (_added.TryDequeue(out CallRecord? added))
            _pending.Take(added, _reader.HandedThrough + 1, now);
        if (_asideCount > 0)
            RejoinRecords();
    }

    private void Take(DialogChange change, long first, long now)
    {
        if (
            change.Kind != DialogChangeKind.Deleted
            && change.NewState is DialogState.Unconfirmed or DialogState.Early
            && !_options.StoreEarlyDialogs
        )
            return;
        _pending.Take(change, first, now);
        if (_asideCount > 0)
            ComesAgain(change.Id);
    }

    /// <summary>Changes were dropped: every dialog is written anew, and every row that is not one any more goes.</summary>
    private void Resync(DialogChange change, long first, long now)
    {
        foreach (CallRecord record in change.FurtherCallRecords)
            _pending.Take(record, first, now);
        if (WritesRecordsOnly)
            return;
        var all = new HashSet<DialogId>(_dialogs.All());
        foreach (DialogId id in _pending.Ids)
        {
            if (!all.Contains(id))
                _pending.Touch(id, first, now).IsDeleted = true; // the journal may have its row
        }

        foreach (DialogId id in all)
            _pending.Touch(id, first, now).IsDeleted = false;
        lock (_stored)
        {
            foreach (DialogId id in _stored.Keys)
            {
                if (!all.Contains(id))
                    _pending.Touch(id, first, now).IsDeleted = true;
            }
        }
    }

    private void Acknowledge()
    {
        if (_waitsForClear)
            return;
        if (_pending.FirstFresh is { } first)
            _reader.AcknowledgeThrough(first - 1);
        else
            _reader.Acknowledge();
    }

    private async ValueTask<int> ReplaceAsync(CancellationToken cancellation)
    {
        // What was read before is in the rows that are taken now, but for the records of calls.
        List<PendingRow> covered = _pending.Next(int.MaxValue, durableOnly: false);
        var rows = new List<DialogRecord>();
        foreach (DialogId id in _dialogs.All())
        {
            if (_dialogs.RecordOf(id) is { } row)
                rows.Add(row);
        }

        var records = new StoreWrite();
        foreach (PendingRow row in covered)
        {
            if (row.Record is { } record)
                records.Add(record);
        }

        // They kept their rows, which go now. A store that refuses them still ends the replacement.
        foreach (AsideRow aside in _aside.Values)
        {
            if (aside.Record is { } record)
                records.Add(record);
        }

        if (records.RecordCount > 0)
            await _store.WriteAsync(records.ToBatch(), cancellation).ConfigureAwait(false);
        await _store.ReplaceAsync(rows, cancellation).ConfigureAwait(false);
        lock (_stored)
        {
            _stored.Clear();
            foreach (DialogRecord row in rows)
                _stored[row.Id] = HashOf(row);
        }

        foreach (PendingRow row in covered)
            _pending.Written(row);
        ForgetAside();
        Counters.Written(rows.Count, 0, 0, records.RecordCount);
        Recovered();
        _hasMark = false; // no row of before is left
        if (_journal is not null)
        {
            _waitsForClear = _journal.HasEntries; // they are older than the rows
            await RetireJournalAsync(cancellation).ConfigureAwait(false);
        }

        foreach (DialogRecord row in rows)
            _dialogs.Saved(row.Id);
        return rows.Count;
    }

    private ulong HashOf(DialogRecord record) => _dialogs.HashOf(record.PackedTexts);
}
