using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Parley.Transactions;

/// <summary>
/// Arms timers from any thread: on a loop thread in its own wheel without a lock, elsewhere in the shared wheel that the
/// <see cref="TimeProvider"/> drives. There is no cancel: versions make stale timers harmless.
/// </summary>
/// <remarks>
/// A timer fires up to 10 ms late, one of more than 4 s up to 50 ms: what ends with a transaction's 32 s ends in fewer and fuller rounds
/// (docs/design/hot-path.md, "Sleeps"). 4 s are T2; the only retransmissions that wait longer are an INVITE's last two (RFC 3261 17.1.1.2).
/// </remarks>
public sealed class TimerService : IDisposable
{
    private const int TakenAtOnce = 64;
    private const int PrefetchSteps = 3;
    private const int LinesOfTarget = 4;
    private const int LongMilliseconds = 4000;
    private const int LongTickMilliseconds = 50;

    [ThreadStatic]
    private static LoopWheel? t_loop;

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly TimerWheel _shared;
    private readonly ITimer _timer;
    private readonly Due[] _due = new Due[TakenAtOnce];
    private long _scheduled = long.MaxValue;
    private bool _advancing;
    private bool _disposed;

    /// <summary>Makes a service on this clock.</summary>
    /// <param name="time">The clock: its timestamps are the time, its timers drive the shared wheel.</param>
    /// <param name="loggers">Where errors of timer targets are logged; null for nowhere.</param>
    public TimerService(TimeProvider time, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _start = time.GetTimestamp();
        _logger = loggers?.CreateLogger("Parley.Transactions.TimerService") ?? NullLogger.Instance;
        _shared = new TimerWheel(0);
        _timer = time.CreateTimer(
            static state => ((TimerService)state!).AdvanceShared(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>Raised on the thread that fired timers of the shared wheel, after they ran: what they sent can leave (<see cref="Transport.ISipTransport.Flush"/>).</summary>
    public event Action? Advanced;

    /// <summary>Monotonic milliseconds since the service began.</summary>
    public long Now => (long)_time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>The clock underneath.</summary>
    public TimeProvider Time => _time;

    /// <summary>How many timers the shared wheel holds, stale ones included.</summary>
    public int SharedCount
    {
        get
        {
            lock (_lock)
            {
                return _shared.Count;
            }
        }
    }

    /// <summary>Arms a timer.</summary>
    /// <param name="target">Whom to call; on this thread when it is a loop thread.</param>
    /// <param name="kind">Given back to the target.</param>
    /// <param name="version">Given back to the target.</param>
    /// <param name="after">From now; rounded up to a tick of 10 ms, or of 50 ms when it is more than 4 s.</param>
    public void Arm(ITimerTarget target, int kind, long version, TimeSpan after) =>
        Arm(target, kind, version, (long)Math.Ceiling(after.TotalMilliseconds));

    /// <inheritdoc cref="Arm(ITimerTarget, int, long, TimeSpan)"/>
    /// <param name="target">Whom to call; on this thread when it is a loop thread.</param>
    /// <param name="kind">Given back to the target.</param>
    /// <param name="version">Given back to the target.</param>
    /// <param name="afterMilliseconds">From now; rounded up to a tick of 10 ms, or of 50 ms when it is more than 4 s.</param>
    public void Arm(ITimerTarget target, int kind, long version, long afterMilliseconds)
    {
        long now = Now;
        Add(target, kind, version, now, now + afterMilliseconds);
    }

    /// <summary>Arms a timer for an instant.</summary>
    /// <param name="target">Whom to call; on this thread when it is a loop thread.</param>
    /// <param name="kind">Given back to the target.</param>
    /// <param name="version">Given back to the target.</param>
    /// <param name="dueMilliseconds">On the scale of <see cref="Now"/>; rounded up to a tick of 10 ms, or of 50 ms when it is more than 4 s away.</param>
    public void ArmAt(ITimerTarget target, int kind, long version, long dueMilliseconds) =>
        Add(target, kind, version, Now, dueMilliseconds);

    /// <summary><see cref="Transport.ISipReceiver.OnLoop"/> comes here: makes the calling thread a loop thread and advances its wheel.</summary>
    public void OnLoop()
    {
        LoopWheel? loop = t_loop;
        long now = Now;
        if (loop is null || loop.Owner != this)
        {
            loop = new LoopWheel(this, new TimerWheel(now));
            t_loop = loop;
        }

        int count;
        while ((count = TakeDue(loop.Wheel, now, loop.Due)) > 0)
            FireAll(loop.Due, count);
    }

    /// <summary>For how many milliseconds the calling loop thread may leave its wheel alone: until its next timer, from one tick to 100 ms.</summary>
    internal int LongestWait
    {
        get
        {
            const int Longest = 100; // a loop that is to stop looks up so often
            LoopWheel? loop = t_loop;
            return loop is null || loop.Owner != this
                ? Longest
                : (int)Math.Clamp(loop.Wheel.NextWorkMilliseconds - Now, TimerWheel.TickMilliseconds, Longest);
        }
    }

    /// <summary>Stops the shared wheel. Timers still pending never fire.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }

    private void Add(ITimerTarget target, int kind, long version, long now, long dueMilliseconds)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (dueMilliseconds - now > LongMilliseconds && dueMilliseconds <= long.MaxValue - LongTickMilliseconds)
            dueMilliseconds = (dueMilliseconds + LongTickMilliseconds - 1) / LongTickMilliseconds * LongTickMilliseconds;
        LoopWheel? loop = t_loop;
        if (loop is not null && loop.Owner == this)
        {
            loop.Wheel.Add(target, kind, version, dueMilliseconds);
            return;
        }

        lock (_lock)
        {
            if (_disposed)
                return;
            _shared.Add(target, kind, version, dueMilliseconds);
            Reschedule();
        }
    }

    private void AdvanceShared()
    {
        lock (_lock)
        {
            if (_advancing || _disposed)
                return;
            _advancing = true;
            _scheduled = long.MaxValue;
        }

        // Taken in handfuls under the lock, fired outside it.
        while (true)
        {
            int count;
            lock (_lock)
            {
                count = TakeDue(_shared, Now, _due);
                if (count == 0)
                {
                    _advancing = false;
                    Reschedule();
                    break;
                }
            }

            FireAll(_due, count);
        }

        Advanced?.Invoke();
    }

    /// <summary>Under the lock: the clock's timer runs only while the shared wheel has entries, and only when there is work.</summary>
    private void Reschedule()
    {
        if (_advancing || _disposed)
            return;
        long next = _shared.NextWorkMilliseconds;
        if (next >= _scheduled)
            return;
        _scheduled = next;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, next - Now)), Timeout.InfiniteTimeSpan);
    }

    private static int TakeDue(TimerWheel wheel, long now, Due[] due)
    {
        int count = 0;
        while (count < due.Length && wheel.TryTakeDue(now, out ITimerTarget? target, out int kind, out long version))
        {
            due[count++] = new Due(target!, kind, version);
            CacheLine.Fetch(target, LinesOfTarget);
        }

        return count;
    }

    /// <summary>Fires a handful, after each of them could fetch what it will touch: all lines of a step arrive together.</summary>
    private void FireAll(Due[] due, int count)
    {
        Prefetch(due.AsSpan(0, count));
        for (int i = 0; i < count; i++)
        {
            Fire(due[i].Target, due[i].Kind, due[i].Version);
            due[i] = default;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A hint that fails must not lose the timers it was given for.")]
    private void Prefetch(ReadOnlySpan<Due> due)
    {
        int i = 0;
        try
        {
            for (int step = 0; step < PrefetchSteps; step++)
            {
                for (i = 0; i < due.Length; i++)
                    due[i].Target.Prefetch(due[i].Kind, due[i].Version, step);
            }
        }
        catch (Exception error)
        {
            TransactionLog.TimerFailed(_logger, due[i].Kind, due[i].Target, error);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "One target's error must not lose the other timers of the tick.")]
    private void Fire(ITimerTarget target, int kind, long version)
    {
        try
        {
            target.OnTimer(kind, version);
        }
        catch (Exception error)
        {
            TransactionLog.TimerFailed(_logger, kind, target, error);
        }
    }

    private readonly record struct Due(ITimerTarget Target, int Kind, long Version);

    private sealed record LoopWheel(TimerService Owner, TimerWheel Wheel)
    {
        public Due[] Due { get; } = new Due[TakenAtOnce];
    }
}
