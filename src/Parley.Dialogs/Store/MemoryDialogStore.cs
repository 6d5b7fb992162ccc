using System.Runtime.CompilerServices;

namespace Parley.Dialogs;

/// <summary>A store in memory: for tests and for dialogs that outlive a reload but not the process. Safe from any thread.</summary>
public sealed class MemoryDialogStore : IDialogStore, ICallRecordOutbox
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DialogId, DialogRecord> _rows = [];
    private readonly Dictionary<(string Key, int Number), CallRecord> _records = [];
    private readonly SortedDictionary<long, CallRecordEntry> _outbox = [];
    private long _sequence;

    /// <summary>A snapshot of the rows, by id.</summary>
    public IReadOnlyList<DialogRecord> Rows
    {
        get
        {
            lock (_lock)
                return [.. _rows.Values.OrderBy(static row => row.Id)];
        }
    }

    /// <summary>A snapshot of the final call records, by start.</summary>
    public IReadOnlyList<CallRecord> CallRecords => RecordsOf(static number => number == 0);

    /// <summary>A snapshot of the intermediate call records, by start and number.</summary>
    public IReadOnlyList<CallRecord> IntermediateRecords => RecordsOf(static number => number > 0);

    /// <inheritdoc cref="ICallRecordOutbox.IsKept"/>
    public bool IsKept { get; init; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DialogRecord> LoadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (DialogRecord row in Rows)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_lock)
        {
            foreach (DialogRecord row in batch.Rows)
                _rows[row.Id] = row;
            foreach (DialogId id in batch.Deletes)
                _rows.Remove(id);
            foreach (CallRecord record in batch.IntermediateRecords.Concat(batch.CallRecords))
            {
                if (!_records.TryAdd((record.Key, record.Number), record) || !IsKept)
                    continue;
                _outbox.Add(++_sequence, new CallRecordEntry(_sequence, CallRecordJson.IdOf(record), CallRecordJson.Format(record)));
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _rows.Clear();
            foreach (DialogRecord row in all)
                _rows[row.Id] = row;
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<CallRecordEntry>> ReadAsync(int count, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (_lock)
            return ValueTask.FromResult<IReadOnlyList<CallRecordEntry>>([.. _outbox.Values.Take(count)]);
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(IReadOnlyList<CallRecordEntry> entries, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(entries);
        lock (_lock)
        {
            foreach (CallRecordEntry entry in entries)
                _outbox.Remove(entry.Sequence);
        }

        return ValueTask.CompletedTask;
    }

    private IReadOnlyList<CallRecord> RecordsOf(Func<int, bool> which)
    {
        lock (_lock)
            return
            [
                .. _records
                    .Where(r => which(r.Key.Number))
                    .Select(static r => r.Value)
                    .OrderBy(static r => r.Start)
                    .ThenBy(static r => r.Number),
            ];
    }
}
