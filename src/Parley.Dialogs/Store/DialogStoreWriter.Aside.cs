using System.Collections.Concurrent;

namespace Parley.Dialogs;

// What the store refuses for itself. The journal has it where there is one, so that a crash does not lose it; it is tried again now and then.
internal sealed partial class DialogStoreWriter
{
    /// <summary>A minute of the default <see cref="DialogStoreOptions.Retry"/>.</summary>
    private const int RetriesUntilAside = 12;

    private readonly ConcurrentDictionary<DialogId, AsideRow> _aside = [];
    private readonly List<(CallRecord Record, bool IsJournaled)> _asideRecords = [];
    private long _asideAt;
    private int _asideCount;
    private long _suspectRecord; // of the journal's: behind how many entries one stands that was refused alone
    private int _suspectRecords; // refused one after the other, and none taken

    /// <summary>Rows that the store refused when it got what an earlier run left; they are dialogs all the same. Once.</summary>
    public IReadOnlyList<DialogRecord> TakeRefused()
    {
        IReadOnlyList<DialogRecord> refused = _refused;
        _refused = [];
        return refused;
    }

    private IReadOnlyList<DialogRecord> _refused = [];

    /// <summary>The dialog is over, and its row stays in the store meanwhile: the removal, or the call's record, was refused.</summary>
    public bool KeepsRowOfEnded(DialogId id) =>
        Volatile.Read(ref _asideCount) > 0 && _aside.TryGetValue(id, out AsideRow? aside) && aside.IsDeleted;

    private async ValueTask PutAsideAsync(PendingRow row, Exception failure, CancellationToken cancellation)
    {
        if (_asideCount == 0 && _asideRecords.Count == 0)
            _asideAt = Now;
        if (row.Record is { } record && (row.IsRecordOnly || row.IsDeleted))
        {
            // What removes a row cannot be refused for its content: it is the call's record.
            await PutRecordAsideAsync(row, record, failure, cancellation).ConfigureAwait(false);
            return;
        }

        DialogRecord? now = row.IsDeleted ? null : _dialogs.RecordOf(row.Id);
        bool isNew = !_aside.TryGetValue(row.Id, out AsideRow? aside);
        if (isNew)
            _aside[row.Id] = aside = new AsideRow();
        aside!.IsDeleted = row.IsDeleted;
        Volatile.Write(ref _asideCount, _aside.Count);
        ulong content = now is null ? 1 : HashOf(now) | 2;
        if (_journal is not null && aside!.Journaled != content && (now is not null || row.IsDeleted))
        {
            byte[] entry = now is null ? JournalEntry.WriteDelete(row.Id) : JournalEntry.Write(now);
            if (await _journal.AppendAsync(entry, cancellation).ConfigureAwait(false))
                aside.Journaled = content;
        }

        if (isNew)
        {
            Counters.PutAside();
            string callId = now?.GetText(DialogColumn.CallId) ?? "";
            _log.PutAside(row.Id, callId, aside!.Journaled != 0 ? StoreLog.InJournal : StoreLog.InMemory, failure);
        }

        _pending.Remove(row);
        if (row.Record is { } former)
            _pending.Take(former, row.First, row.Since);
    }

    private async ValueTask PutRecordAsideAsync(PendingRow row, CallRecord record, Exception failure, CancellationToken cancellation)
    {
        bool isJournaled =
            (row.IsRecordOnly && row.ReplacesDurable)
            || (_journal is not null && await _journal.AppendAsync(JournalEntry.Write(record), cancellation).ConfigureAwait(false));
        Counters.PutAside();
        if (isJournaled || row.IsRecordOnly)
        {
            _asideRecords.Add((record, isJournaled));
            row.Record = null;
            row.RefusedAt = -1;
            if (row.IsRecordOnly)
                _pending.Remove(row);
            _log.RecordPutAside(record.DialogId, record.CallId, isJournaled ? StoreLog.InJournal : StoreLog.InMemory, failure);
            return;
        }

        // Only memory has it: the row stays where it is, so that a crash does not lose the call with its record.
        AsideRow aside = _aside.GetOrAdd(row.Id, static _ => new AsideRow());
        aside.IsDeleted = true;
        aside.Record = record;
        Volatile.Write(ref _asideCount, _aside.Count);
        _pending.Remove(row);
        _log.RecordPutAside(record.DialogId, record.CallId, StoreLog.InMemoryAndRow, failure);
    }

    /// <summary>A call record of the journal, refused alone: the others go on. The journal keeps it.</summary>
    private bool BlamesRecord(StoreWrite write, Exception failure)
    {
        if (write.JournalRecords.Count == 0)
            return false;
        if (_suspectRecord != write.JournalEntries || ++_suspectRecords > MostSuspects)
        {
            _suspectRecord = write.JournalEntries; // once is a store that is out of order, maybe
            return false;
        }

        CallRecord record = write.JournalRecords[0];
        if (_asideCount == 0 && _asideRecords.Count == 0)
            _asideAt = Now;
        _asideRecords.Add((record, true));
        Counters.PutAside();
        _log.RecordPutAside(record.DialogId, record.CallId, StoreLog.InJournal, failure);
        _journal!.RecordsDone(write.JournalEntries);
        return true;
    }

    private void TryAsideAgain()
    {
        if (
            (_asideCount == 0 && _asideRecords.Count == 0)
            || !_isHealthy
            || Now < _asideAt + (RetriesUntilAside * (long)_options.Retry.TotalMilliseconds)
        )
            return;
        RetryAside();
    }

    /// <summary>What was put aside is tried with the next write.</summary>
    internal void RetryAside()
    {
        _asideAt = Now;
        foreach (DialogId id in _aside.Keys.ToArray())
        {
            if (_pending.Contains(id))
                continue;
            _pending.Touch(id, _reader.HandedThrough + 1, Now).IsDeleted |= _aside[id].IsDeleted;
            ComesAgain(id);
        }

        RejoinRecords();
        foreach ((CallRecord record, bool isJournaled) in _asideRecords)
            _pending.Take(record, _reader.HandedThrough + 1, Now, isJournaled);
        _asideRecords.Clear();
    }

    /// <summary>A record that keeps its row in the store goes with whatever is written of that row next.</summary>
    private void RejoinRecords()
    {
        foreach ((DialogId id, AsideRow aside) in _aside)
        {
            if (aside.Record is not { } record || !_pending.Contains(id))
                continue;
            aside.Record = null;
            _pending.Join(id, record, _reader.HandedThrough + 1, Now);
        }
    }

    /// <summary>A row that was put aside is to be written: what the journal has of it is older.</summary>
    private void ComesAgain(DialogId id)
    {
        if (_aside.TryGetValue(id, out AsideRow? aside) && aside.Journaled != 0)
            _pending.MarkJournaled(id);
    }

    private void TakenAtLast(DialogId id)
    {
        if (_asideCount == 0 || !_aside.TryRemove(id, out _))
            return;
        Volatile.Write(ref _asideCount, _aside.Count);
    }

    /// <summary>The store has every row; call records that it refused stay aside.</summary>
    private void ForgetAside()
    {
        _aside.Clear();
        Volatile.Write(ref _asideCount, 0);
    }

    /// <summary>What is aside as entries of the journal, as it is now.</summary>
    /// <param name="kept">The rows in them, and what the journal has of each once it has taken them.</param>
    private List<ReadOnlyMemory<byte>> AsideEntries(out List<(AsideRow Row, ulong Content)> kept)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        kept = [];
        foreach ((DialogId id, AsideRow aside) in _aside)
        {
            if (_dialogs.RecordOf(id) is not { } now)
                continue; // it is over: its removal waits
            kept.Add((aside, HashOf(now) | 2));
            entries.Add(JournalEntry.Write(now));
        }

        foreach ((CallRecord record, _) in _asideRecords)
            entries.Add(JournalEntry.Write(record));
        return entries;
    }
}
