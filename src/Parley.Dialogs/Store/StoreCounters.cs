namespace Parley.Dialogs;

/// <summary>The counters of a store's writer, written by it and by the holds, read by any thread.</summary>
internal sealed class StoreCounters
{
    private long _rowsWritten;
    private long _rowsUpdated;
    private long _rowsRemoved;
    private long _records;
    private long _writes;
    private long _failures;
    private long _putAside;
    private long _holds;
    private long _holdTimeouts;
    private long _refused;
    private long _loaded;
    private long _passedOver;

    public void Written(int rows, int updates, int removed, int records)
    {
        Interlocked.Add(ref _rowsWritten, rows);
        Interlocked.Add(ref _rowsUpdated, updates);
        Interlocked.Add(ref _rowsRemoved, removed);
        Interlocked.Add(ref _records, records);
        Interlocked.Increment(ref _writes);
    }

    public void Failed() => Interlocked.Increment(ref _failures);

    public void PutAside() => Interlocked.Increment(ref _putAside);

    public void Held() => Interlocked.Increment(ref _holds);

    public void HoldTimedOut() => Interlocked.Increment(ref _holdTimeouts);

    public void Refused() => Interlocked.Increment(ref _refused);

    public void Loaded(bool isLoaded) => Interlocked.Increment(ref isLoaded ? ref _loaded : ref _passedOver);

    public DialogStoreStatistics Read() =>
        new()
        {
            RowsWritten = Interlocked.Read(ref _rowsWritten),
            RowsUpdated = Interlocked.Read(ref _rowsUpdated),
            RowsRemoved = Interlocked.Read(ref _rowsRemoved),
            CallRecordsWritten = Interlocked.Read(ref _records),
            Writes = Interlocked.Read(ref _writes),
            Failures = Interlocked.Read(ref _failures),
            PutAside = Interlocked.Read(ref _putAside),
            Holds = Interlocked.Read(ref _holds),
            HoldTimeouts = Interlocked.Read(ref _holdTimeouts),
            Refused = Interlocked.Read(ref _refused),
            Loaded = Interlocked.Read(ref _loaded),
            PassedOver = Interlocked.Read(ref _passedOver),
        };
}
