namespace Parley.Testing;

/// <summary>A timer of the simulated clock. A changed timer leaves its old heap entry behind, recognised as stale by its version.</summary>
internal sealed class SimulatedTimer(SimulatedClock clock, TimerCallback callback, object? state) : ITimer, ISimulationEvent
{
    private long _version;
    private long _due;
    private long _period;
    private bool _armed;
    private bool _disposed;

    private bool IsForeground => _armed && _period == 0;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        long due = Ticks(dueTime, nameof(dueTime));
        long every = Math.Max(0, Ticks(period, nameof(period)));
        lock (clock.StateLock)
        {
            if (_disposed)
                return false;
            Disarm();
            if (due < 0)
                return true;
            _armed = true;
            _period = every;
            Arm(clock.Ticks + due);
            return true;
        }
    }

    /// <summary>Called by the clock, outside its lock.</summary>
    public void Run(long argument)
    {
        lock (clock.StateLock)
        {
            if (argument != _version || !_armed)
            {
                clock.StaleEntries--;
                return;
            }
            if (_period > 0)
            {
                clock.Push(_due += _period, this, _version, foreground: false);
            }
            else
            {
                clock.ForegroundEntries--;
                _armed = false;
            }
        }
        callback(state);
    }

    public void Dispose()
    {
        lock (clock.StateLock)
        {
            if (_disposed)
                return;
            _disposed = true;
            Disarm();
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    internal bool IsCurrent(long version) => _armed && version == _version;

    private void Arm(long due) => clock.Push(_due = due, this, ++_version, foreground: _period == 0);

    private void Disarm()
    {
        if (!_armed)
            return;
        if (IsForeground)
            clock.ForegroundEntries--;
        _armed = false;
        clock.EntryWentStale();
    }

    private static long Ticks(TimeSpan value, string name)
    {
        if (value == Timeout.InfiniteTimeSpan)
            return -1;
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
        return value.Ticks;
    }
}
