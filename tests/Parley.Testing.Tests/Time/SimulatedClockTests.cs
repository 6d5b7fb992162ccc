using Xunit;

namespace Parley.Testing.Tests.Time;

public class SimulatedClockTests
{
    private readonly SimulatedClock _clock = new();

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    [Fact]
    public void Time_stands_still_until_it_is_run()
    {
        Assert.Equal(SimulatedClock.DefaultStart, _clock.GetUtcNow());
        long before = _clock.GetTimestamp();
        _clock.RunFor(TimeSpan.FromSeconds(90));
        Assert.Equal(SimulatedClock.DefaultStart.AddSeconds(90), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(90), _clock.GetElapsedTime(before));
        Assert.Equal(TimeSpan.FromSeconds(90), _clock.Elapsed);
    }

    [Fact]
    public void Events_run_by_due_time_and_equal_ones_in_the_order_of_scheduling()
    {
        var order = new List<int>();
        _clock.Schedule(Ms(20), () => order.Add(3));
        _clock.Schedule(Ms(10), () => order.Add(1));
        _clock.Schedule(Ms(20), () => order.Add(4));
        _clock.Schedule(Ms(10), () => _clock.Schedule(TimeSpan.Zero, () => order.Add(2)));
        Assert.True(_clock.RunUntilIdle());
        Assert.Equal([1, 2, 3, 4], order);
        Assert.Equal(Ms(20), _clock.Elapsed);
    }

    [Fact]
    public void Any_mix_of_due_times_comes_out_sorted()
    {
        var random = new Random(7);
        var seen = new List<(TimeSpan Due, int Number)>();
        for (int i = 0; i < 5000; i++)
        {
            TimeSpan due = Ms(random.Next(300));
            int number = i;
            _clock.Schedule(due, () => seen.Add((_clock.Elapsed, number)));
        }
        _clock.RunUntilIdle();
        Assert.Equal(5000, seen.Count);
        Assert.Equal(seen.OrderBy(s => s.Due).ThenBy(s => s.Number), seen);
    }

    [Fact]
    public void A_periodic_timer_ticks_until_it_is_disposed()
    {
        int ticks = 0;
        ITimer timer = _clock.CreateTimer(_ => ticks++, null, Ms(5), Ms(10));
        _clock.RunFor(Ms(100));
        Assert.Equal(10, ticks);
        timer.Dispose();
        _clock.RunFor(Ms(100));
        Assert.Equal(10, ticks);
        Assert.Equal(0, _clock.PendingEvents);
        Assert.False(timer.Change(Ms(1), Ms(1)));
    }

    [Fact]
    public void A_changed_timer_fires_at_its_new_time_only()
    {
        var fired = new List<TimeSpan>();
        ITimer timer = _clock.CreateTimer(_ => fired.Add(_clock.Elapsed), null, Ms(50), Timeout.InfiniteTimeSpan);
        timer.Change(Ms(20), TimeSpan.Zero);
        timer.Change(Ms(70), TimeSpan.Zero);
        _clock.RunUntilIdle();
        Assert.Equal([Ms(70)], fired);
        timer.Change(Ms(5), TimeSpan.Zero);
        timer.Change(Timeout.InfiniteTimeSpan, TimeSpan.Zero);
        Assert.True(_clock.RunUntilIdle());
        Assert.Single(fired);
    }

    [Fact]
    public void Idle_ignores_periodic_timers_and_gives_up_at_the_limit()
    {
        using ITimer wheel = _clock.CreateTimer(_ => { }, null, Ms(10), Ms(10));
        _clock.Schedule(Ms(95), () => { });
        Assert.True(_clock.RunUntilIdle());
        Assert.Equal(Ms(95), _clock.Elapsed);
        void Again() => _clock.Schedule(Ms(1), Again);
        Again();
        Assert.False(_clock.RunUntilIdle(Ms(50)));
        Assert.Equal(Ms(145), _clock.Elapsed);
    }

    [Fact]
    public void Timers_that_are_changed_all_the_time_do_not_fill_the_queue()
    {
        ITimer timer = _clock.CreateTimer(_ => { }, null, TimeSpan.FromHours(1), TimeSpan.Zero);
        int fired = 0;
        _clock.Schedule(TimeSpan.FromHours(2), () => fired++);
        for (int i = 0; i < 100_000; i++)
            timer.Change(TimeSpan.FromHours(1), TimeSpan.Zero);
        Assert.Equal(2, _clock.PendingEvents);
        Assert.True(_clock.RunUntilIdle(TimeSpan.FromHours(3)));
        Assert.Equal(1, fired);
    }

    [Fact]
    public void Run_until_stops_right_after_the_event_that_made_it_true()
    {
        int count = 0;
        using ITimer timer = _clock.CreateTimer(_ => count++, null, Ms(10), Ms(10));
        Assert.True(_clock.RunUntil(() => count == 3, TimeSpan.FromSeconds(1)));
        Assert.Equal(Ms(30), _clock.Elapsed);
        Assert.False(_clock.RunUntil(() => count == 1000, Ms(70)));
        Assert.Equal(Ms(100), _clock.Elapsed);
    }

    [Fact]
    public void Delays_and_cancellations_of_the_library_run_on_it()
    {
        var steps = new List<string>();
        async Task Work()
        {
            await Task.Delay(TimeSpan.FromMinutes(5), _clock);
            steps.Add($"{_clock.Elapsed}");
            using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(3), _clock);
            var cancelled = new TaskCompletionSource();
            using CancellationTokenRegistration registration = cancel.Token.Register(cancelled.SetResult);
            await cancelled.Task;
            steps.Add($"{_clock.Elapsed}");
        }
        Task work = null!;
        _clock.Schedule(TimeSpan.Zero, () => work = Work());
        _clock.RunFor(TimeSpan.FromMinutes(6));
        Assert.Equal(["00:05:00", "00:05:03"], steps);
        Assert.True(work.IsCompletedSuccessfully);
    }

    [Fact]
    public void Running_until_a_task_is_done_gives_its_exception_or_a_timeout()
    {
        async Task Fail()
        {
            await Task.Delay(Ms(10), _clock).ConfigureAwait(false);
            throw new FormatException();
        }
        Assert.Throws<FormatException>(() => _clock.RunUntilCompleted(Fail(), Ms(20)));
        Assert.Throws<TimeoutException>(() => _clock.RunUntilCompleted(Task.Delay(Ms(500), _clock), Ms(20)));
    }

    [Fact]
    public void A_step_of_the_wall_clock_moves_no_timer()
    {
        int fired = 0;
        _clock.Schedule(Ms(100), () => fired++);
        long stamp = _clock.GetTimestamp();
        _clock.ShiftUtc(TimeSpan.FromHours(-2));
        _clock.RunFor(Ms(99));
        Assert.Equal(0, fired);
        Assert.Equal(SimulatedClock.DefaultStart.AddHours(-2).AddMilliseconds(99), _clock.GetUtcNow());
        Assert.Equal(Ms(99), _clock.GetElapsedTime(stamp));
        _clock.RunFor(Ms(1));
        Assert.Equal(1, fired);
    }

    [Fact]
    public void An_exception_of_an_event_comes_out_and_the_clock_goes_on_after_it()
    {
        int fired = 0;
        _clock.Schedule(Ms(1), () => throw new FormatException());
        _clock.Schedule(Ms(2), () => fired++);
        _clock.Schedule(Ms(3), () => Assert.Throws<InvalidOperationException>(() => _clock.RunFor(Ms(1))));
        Assert.Throws<FormatException>(() => _clock.RunFor(Ms(10)));
        _clock.RunFor(Ms(10));
        Assert.Equal(1, fired);
    }

    [Fact]
    public void A_negative_time_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.RunFor(Ms(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Schedule(Ms(-1), () => { }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.CreateTimer(_ => { }, null, Ms(-5), TimeSpan.Zero));
    }

    [Fact]
    public void An_event_that_is_scheduled_as_an_object_allocates_nothing()
    {
        var tick = new Tick();
        _clock.Schedule(TimeSpan.Zero, tick, 41);
        _clock.RunUntilIdle();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            _clock.Schedule(Ms(i), tick, i);
        _clock.RunFor(Ms(100));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(41 + 4950, tick.Sum);
    }

    private sealed class Tick : ISimulationEvent
    {
        public long Sum { get; private set; }

        public void Run(long argument) => Sum += argument;
    }
}
