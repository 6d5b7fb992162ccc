namespace Parley.Registrar;

/// <summary>Wakes the table when a binding may have run out: one timer of the TimeProvider, armed for the earliest entry, none while nothing waits.</summary>
internal sealed class ExpiryQueue : IDisposable
{
    // An entry whose bindings run out ever earlier would take a place for each; after these its next look is early enough.
    private const int MostPlaces = 8;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<LocationEntry, long> _queue = new();
    private readonly LocationClock _clock;
    private readonly Action<LocationEntry> _look;
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;

    public ExpiryQueue(TimeProvider time, LocationClock clock, Action<LocationEntry> look)
    {
        _clock = clock;
        _look = look;
        _timer = time.CreateTimer(
            static state => ((ExpiryQueue)state!).OnTimer(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    public int Count
    {
        get
        {
            lock (_lock)
                return _queue.Count;
        }
    }

    /// <summary>Looks at this entry at that time at the latest. An entry that is refreshed often does not queue more often.</summary>
    public void Schedule(LocationEntry entry, long at)
    {
        if (at == long.MaxValue)
            return;
        lock (_lock)
        {
            if (entry.NextLook <= at || entry.Queued >= MostPlaces)
                return;
            entry.Queued++;
            entry.NextLook = at;
            _queue.Enqueue(entry, at);
            Arm();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void OnTimer()
    {
        while (true)
        {
            LocationEntry entry;
            lock (_lock)
            {
                _armedFor = long.MaxValue;
                if (!_queue.TryPeek(out entry!, out var at) || at > _clock.Now)
                {
                    Arm();
                    return;
                }
                _queue.Dequeue();
                entry.Queued--;
                if (entry.NextLook == at)
                    entry.NextLook = long.MaxValue;
            }
            _look(entry); // outside the lock: it raises events and schedules anew
        }
    }

    private void Arm()
    {
        if (!_queue.TryPeek(out _, out var at) || at >= _armedFor)
            return;
        _armedFor = at;
        var wait = Math.Clamp(at - _clock.Now, 1, (long)TimeSpan.FromDays(40).TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
