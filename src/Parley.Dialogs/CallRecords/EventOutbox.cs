namespace Parley.Dialogs;

/// <summary>Call records without a store: an outbox in memory, filled by the events. It holds so many and no more, and what comes then is dropped and counted.</summary>
internal sealed class EventOutbox : ICallRecordOutbox
{
    public const int Capacity = 100_000;

    private readonly Lock _lock = new();
    private readonly Queue<CallRecordEntry> _waiting = new();
    private long _sequence;
    private long _dropped;

    public EventOutbox(CallRecords records)
    {
        records.Ended += (_, e) => Add(e.Record);
        records.Continued += (_, e) => Add(e.Record);
    }

    public bool IsKept => true;

    public long Dropped => Volatile.Read(ref _dropped);

    public ValueTask<IReadOnlyList<CallRecordEntry>> ReadAsync(int count, CancellationToken cancellation)
    {
        lock (_lock)
            return ValueTask.FromResult<IReadOnlyList<CallRecordEntry>>([.. _waiting.Take(count)]);
    }

    public ValueTask RemoveAsync(IReadOnlyList<CallRecordEntry> entries, CancellationToken cancellation)
    {
        lock (_lock)
        {
            while (_waiting.TryPeek(out CallRecordEntry first) && entries.Count > 0 && first.Sequence <= entries[^1].Sequence)
                _waiting.Dequeue();
        }

        return ValueTask.CompletedTask;
    }

    private void Add(CallRecord record)
    {
        byte[] json = CallRecordJson.Format(record);
        lock (_lock)
        {
            if (_waiting.Count < Capacity)
                _waiting.Enqueue(new CallRecordEntry(++_sequence, CallRecordJson.IdOf(record), json));
            else
                Interlocked.Increment(ref _dropped);
        }
    }
}
