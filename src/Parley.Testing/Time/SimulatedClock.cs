namespace Parley.Testing;

/// <summary>
/// Virtual time: a <see cref="TimeProvider"/> whose clock stands still until a test runs it, and one queue of everything that is due,
/// timers and network deliveries alike, ordered by (due, order of scheduling). The same program on it runs the same way every time.
/// </summary>
/// <remarks>
/// <para>Events run on the thread that calls a Run method, one after the other, never nested. An exception thrown by one comes out of the
/// Run method. While events run there is no <see cref="SynchronizationContext"/>, so that an <c>await</c> on something that the simulation
/// completes (such as <c>Task.Delay(time, clock)</c>) goes on inside the event that completed it. (The library itself
/// sends a cancelled <c>Task.Delay</c> and tasks made with <see cref="TaskCreationOptions.RunContinuationsAsynchronously"/> through the
/// thread pool; those escape any simulation.)</para>
/// <para>Scheduling and timers may be used from any thread; running may not.</para>
/// </remarks>
public sealed class SimulatedClock : TimeProvider
{
    private readonly EventHeap _heap = new();
    private readonly long _start;
    private long _now;
    private long _utcShift;
    private long _sequence;
    private bool _running;

    /// <summary>A clock that starts at <see cref="DefaultStart"/>.</summary>
    public SimulatedClock()
        : this(DefaultStart) { }

    /// <summary>A clock that starts at the given moment.</summary>
    public SimulatedClock(DateTimeOffset start) => _now = _start = start.UtcTicks;

    /// <summary>Where every simulation starts unless another time is given: 1 January 2026, midnight UTC.</summary>
    public static DateTimeOffset DefaultStart { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Virtual time since the clock was made.</summary>
    public TimeSpan Elapsed => new(Ticks - _start);

    /// <summary>How many events have run.</summary>
    public long EventsRun { get; private set; }

    /// <summary>How many events wait, those of periodic timers included.</summary>
    public int PendingEvents
    {
        get
        {
            lock (StateLock)
                return _heap.Count - StaleEntries;
        }
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Ticks of 100 ns: 10,000,000 a second.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    internal Lock StateLock { get; } = new();

    /// <summary>Now, in ticks of 100 ns of UTC as the clock started; not moved by <see cref="ShiftUtc"/>.</summary>
    internal long Ticks => Volatile.Read(ref _now);

    internal int ForegroundEntries { get; set; }

    internal int StaleEntries { get; set; }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Ticks + Volatile.Read(ref _utcShift), TimeSpan.Zero);

    /// <summary>Ticks that only run forward; never 0.</summary>
    public override long GetTimestamp() => Ticks;

    /// <summary>Steps the wall clock, as an administrator or NTP does; timers and timestamps do not notice.</summary>
    /// <param name="by">How far; negative steps it back.</param>
    public void ShiftUtc(TimeSpan by) => Interlocked.Add(ref _utcShift, by.Ticks);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Runs an action once, after a delay.</summary>
    /// <param name="delay">Zero or more; with zero it runs after what is already due now.</param>
    /// <param name="action">What to run.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative.</exception>
    public void Schedule(TimeSpan delay, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        lock (StateLock)
            Push(_now + delay.Ticks, action, 0, foreground: true);
    }

    /// <summary>Runs an event once, after a delay; nothing is allocated.</summary>
    /// <param name="delay">Zero or more.</param>
    /// <param name="target">What to run.</param>
    /// <param name="argument">Handed to it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative.</exception>
    public void Schedule(TimeSpan delay, ISimulationEvent target, long argument = 0)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        lock (StateLock)
            Push(_now + delay.Ticks, target, argument, foreground: true);
    }

    /// <summary>Runs everything that is due within the next <paramref name="span"/> and leaves the clock at its end.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="span"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">Called from an event.</exception>
    public void RunFor(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero);
        Run(Ticks + span.Ticks, null, stopWhenIdle: false);
    }

    /// <summary>Runs until a condition holds, looking before the first event and after each one.</summary>
    /// <param name="condition">Cheap, and without effects.</param>
    /// <param name="limit">Virtual time to give up after; the clock then stands at its end.</param>
    /// <returns>Whether the condition holds.</returns>
    /// <exception cref="InvalidOperationException">Called from an event.</exception>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero);
        return Run(Ticks + limit.Ticks, condition, stopWhenIdle: false);
    }

    /// <summary>Runs until a task is done and gives its exception, if it has one, to the caller.</summary>
    /// <param name="task">A task that the simulation completes.</param>
    /// <param name="limit">Virtual time to give up after.</param>
    /// <exception cref="TimeoutException">The limit passed first.</exception>
    public void RunUntilCompleted(Task task, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (!RunUntil(() => task.IsCompleted, limit))
            throw new TimeoutException($"The task was not done after {limit} of virtual time.");
        task.GetAwaiter().GetResult();
    }

    /// <summary>Runs until nothing waits but the ticks of periodic timers.</summary>
    /// <param name="limit">Virtual time to give up after; an hour when left out.</param>
    /// <returns>False when the limit passed first.</returns>
    /// <remarks>A component that drives its own timers from one periodic tick (a timer wheel) looks idle here although timers pend in it:
    /// use <see cref="RunFor"/> or <see cref="RunUntil"/> then.</remarks>
    public bool RunUntilIdle(TimeSpan? limit = null) => Run(Ticks + (limit ?? TimeSpan.FromHours(1)).Ticks, null, stopWhenIdle: true);

    /// <summary>Within <see cref="StateLock"/>.</summary>
    internal void Push(long due, object target, long argument, bool foreground)
    {
        if (foreground)
            ForegroundEntries++;
        _heap.Push(new EventHeap.Entry(due, _sequence++, target, argument));
    }

    /// <summary>Schedules at a moment given in <see cref="Ticks"/>.</summary>
    internal void ScheduleAt(long due, ISimulationEvent target, long argument)
    {
        lock (StateLock)
            Push(due, target, argument, foreground: true);
    }

    /// <summary>Within <see cref="StateLock"/>: a heap entry will be ignored when it comes up. Too many of them are swept out.</summary>
    internal void EntryWentStale()
    {
        if (++StaleEntries <= 4096 || StaleEntries * 2 < _heap.Count)
            return;
        _heap.RemoveStale();
        StaleEntries = 0;
    }

    private bool Run(long end, Func<bool>? condition, bool stopWhenIdle)
    {
        if (_running)
            throw new InvalidOperationException("The clock is already running: an event cannot run it.");
        SynchronizationContext? outer = SynchronizationContext.Current;
        _running = true;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            for (; ; )
            {
                if (condition is not null && condition())
                    return true;
                object target;
                long argument;
                lock (StateLock)
                {
                    if (stopWhenIdle && ForegroundEntries == 0)
                        return true;
                    if (_heap.Count == 0 || _heap.NextDue > end)
                    {
                        Volatile.Write(ref _now, Math.Max(_now, end));
                        return false;
                    }
                    EventHeap.Entry entry = _heap.Pop();
                    if (entry.Due > _now)
                        Volatile.Write(ref _now, entry.Due);
                    (target, argument) = (entry.Target, entry.Argument);
                    if (target is not SimulatedTimer)
                        ForegroundEntries--;
                }
                EventsRun++;
                if (target is Action action)
                    action();
                else
                    ((ISimulationEvent)target).Run(argument);
            }
        }
        finally
        {
            _running = false;
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }
}
