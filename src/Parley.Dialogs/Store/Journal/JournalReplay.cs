namespace Parley.Dialogs;

/// <summary>
/// At start: what an earlier run left in the journal goes into the store, each dialog as its last entry has it. Entries that the store had already are
/// passed over (<see cref="JournalEntryKind.Keep"/>, <see cref="JournalMark"/>), and rows that it refuses for themselves hold up no other.
/// </summary>
internal sealed class JournalReplay(IJournal journal, IDialogStore store, StoreLog log, int most)
{
    /// <summary>So many refused one after the other, and none taken: it is not for the rows.</summary>
    private const int MostSuspects = 8;

    private static readonly DialogStoreBatch Probe = new() { Deletes = [new DialogId(uint.MaxValue, uint.MaxValue)] };

    private readonly Dictionary<DialogId, long> _last = [];
    private HashSet<DialogId> _kept = [];
    private long _count;
    private long _marked; // entries that the store's mark covers
    private long _from; // entries before are in the store
    private long _taken;

    /// <summary>Rows that the store does not take; the journal has them still.</summary>
    public List<DialogRecord> RefusedRows { get; } = [];

    /// <summary>Call records that it does not take.</summary>
    public List<CallRecord> RefusedRecords { get; } = [];

    /// <summary>The store has a mark of this or an earlier journal.</summary>
    public bool HasMark { get; private set; }

    /// <returns>How many entries the journal has.</returns>
    public async ValueTask<long> RunAsync(CancellationToken cancellation)
    {
        // Three passes, so that no more than a write's rows are in memory: which entries count, then which of a dialog is its last.
        await FindStartAsync(cancellation).ConfigureAwait(false);
        if (_count == 0)
            return 0;
        await FindLastAsync(cancellation).ConfigureAwait(false);
        var write = new List<JournalEntry>();
        long at = -1;
        await foreach (ReadOnlyMemory<byte> bytes in journal.ReadAsync(cancellation).ConfigureAwait(false))
        {
            at++;
            if (!JournalEntry.TryRead(bytes.Span, out JournalEntry entry))
                log.EntryUnreadable();
            else if (
                entry.Kind == JournalEntryKind.Record
                    ? Counts(at, isKept: false)
                    : entry.Kind != JournalEntryKind.Keep && _last.GetValueOrDefault(entry.Id, -1) == at
            )
                write.Add(entry);
            if (write.Count < most)
                continue;
            await WriteAsync(write, cancellation).ConfigureAwait(false);
            write.Clear();
        }

        await WriteAsync(write, cancellation).ConfigureAwait(false);
        return _count;
    }

    private async ValueTask FindStartAsync(CancellationToken cancellation)
    {
        JournalMark? mark = null;
        ulong hash = JournalHash.Start;
        await foreach (ReadOnlyMemory<byte> bytes in journal.ReadAsync(cancellation).ConfigureAwait(false))
        {
            if (_count == 0)
                mark = await MarkAsync(cancellation).ConfigureAwait(false);
            if (bytes.Span[0] == (byte)JournalEntryKind.Keep && JournalEntry.TryRead(bytes.Span, out JournalEntry entry))
                _from = Math.Max(_from, _count - entry.Kept);
            hash = JournalHash.Add(hash, bytes.Span);
            _count++;
            if (mark is null || mark.Entries != _count || mark.Hash != hash)
                continue;
            _marked = _count;
            _kept = [.. mark.Kept];
        }
    }

    private async ValueTask FindLastAsync(CancellationToken cancellation)
    {
        long at = 0;
        await foreach (ReadOnlyMemory<byte> bytes in journal.ReadAsync(cancellation).ConfigureAwait(false))
        {
            if (
                JournalEntry.TryRead(bytes.Span, out JournalEntry entry)
                && entry.Kind is JournalEntryKind.Save or JournalEntryKind.Delete
                && Counts(at, _kept.Contains(entry.Id))
            )
                _last[entry.Id] = at;
            at++;
        }
    }

    private async ValueTask<JournalMark?> MarkAsync(CancellationToken cancellation)
    {
        foreach (DialogRecord row in await store.FindAsync(JournalMark.CallId, cancellation).ConfigureAwait(false))
        {
            if (JournalMark.Of(row) is not { } mark)
                continue;
            HasMark = true;
            return mark;
        }

        return null;
    }

    private bool Counts(long at, bool isKept) => at >= _from && (isKept || at >= _marked);

    private async ValueTask WriteAsync(List<JournalEntry> entries, CancellationToken cancellation)
    {
        if (entries.Count == 0)
            return;
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await store.WriteAsync(ToBatch(entries), cancellation).ConfigureAwait(false);
                _taken += entries.Count;
                return;
            }
            catch (DialogRowException refused) when (entries.FindIndex(entry => entry.Row?.Id == refused.Id) is >= 0 and int at)
            {
                Refuse(entries[at], refused);
                entries = [.. entries.Where((_, i) => i != at)];
                if (entries.Count == 0)
                    return;
            }
            catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException or DialogStoreException))
            {
                // It takes nothing at all: this is no matter of a row.
                await store.WriteAsync(Probe, cancellation).ConfigureAwait(false);
                if (entries.Count > 1)
                {
                    int half = entries.Count / 2;
                    await WriteAsync(entries[..half], cancellation).ConfigureAwait(false);
                    await WriteAsync(entries[half..], cancellation).ConfigureAwait(false);
                    return;
                }

                if (attempt == 0)
                    continue;
                bool isOutOfOrder = _taken == 0 && RefusedRows.Count + RefusedRecords.Count >= MostSuspects;
                if (isOutOfOrder || entries[0].Kind == JournalEntryKind.Delete)
                    throw;
                Refuse(entries[0], failure);
                return;
            }
        }
    }

    private void Refuse(JournalEntry entry, Exception failure)
    {
        if (entry.Record is { } record)
        {
            RefusedRecords.Add(record);
            log.RecordPutAside(record.DialogId, record.CallId, StoreLog.InJournal, failure);
            return;
        }

        RefusedRows.Add(entry.Row!);
        log.PutAside(entry.Id, entry.Row!.GetText(DialogColumn.CallId) ?? "", StoreLog.InJournal, failure);
    }

    private static DialogStoreBatch ToBatch(List<JournalEntry> entries)
    {
        var write = new StoreWrite();
        foreach (JournalEntry entry in entries)
        {
            if (entry.Record is { } record)
                write.Add(record);
            else if (entry.Row is { } row)
                write.Save(row, 0, isNumbersOnly: false);
            else
                write.Delete(entry.Id);
        }

        return write.ToBatch();
    }
}
