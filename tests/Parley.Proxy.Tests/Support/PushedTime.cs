namespace Parley.Proxy.Tests;

/// <summary>A clock that stands until it is pushed; its timers fire on the thread that pushes it.</summary>
internal sealed class PushedTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Pushed> _timers = [];
    private long _milliseconds;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => Volatile.Read(ref _milliseconds);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddMilliseconds(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Pushed(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_lock)
            _timers.Add(timer);
        return timer;
    }

    public void Advance(long milliseconds)
    {
        long end = GetTimestamp() + milliseconds;
        while (true)
        {
            Pushed? next;
            lock (_lock)
                next = _timers.Where(t => t.Due <= end).MinBy(static t => t.Due);
            if (next is null)
                break;
            Volatile.Write(ref _milliseconds, Math.Max(GetTimestamp(), next.Due));
            next.Fire();
        }

        Volatile.Write(ref _milliseconds, end);
    }

    private sealed class Pushed(PushedTime time, Action callback) : ITimer
    {
        private long _period;

        public long Due { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime < TimeSpan.Zero ? long.MaxValue : time.GetTimestamp() + (long)dueTime.TotalMilliseconds;
            _period = period <= TimeSpan.Zero ? 0 : (long)period.TotalMilliseconds;
            return true;
        }

        public void Fire()
        {
            Due = _period == 0 ? long.MaxValue : Due + _period;
            callback();
        }

        public void Dispose()
        {
            lock (time._lock)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
