using Parley.Testing;

namespace Parley.Transactions.Tests.Timers;

public sealed class TimerServiceTests
{
    [Fact]
    public void The_shared_wheel_fires_at_the_instant_and_then_leaves_the_clock_alone()
    {
        SimulatedClock clock = new();
        using TimerService service = new(clock);
        Recorder target = new(service);
        service.Arm(target, 1, 1, 500);
        service.Arm(target, 2, 2, TimeSpan.FromHours(12));
        service.Arm(target, 3, 3, 20);
        Assert.True(clock.RunUntilIdle(TimeSpan.FromDays(2)));
        Assert.Equal([(3, 20L), (1, 500L), (2, 12L * 3600 * 1000)], target.Fired);
        Assert.Equal(0, service.SharedCount);
        Assert.Equal(0, clock.PendingEvents);
    }

    [Fact]
    public void Long_waits_end_in_rounds_of_50_ms_and_never_early()
    {
        SimulatedClock clock = new();
        using TimerService service = new(clock);
        Recorder target = new(service);
        int rounds = 0;
        service.Advanced += () => rounds += target.Fired.Count > 0 ? 1 : 0; // not those that move timers down the wheel
        foreach (int due in (int[])[3_999, 4_000, 4_001, 32_001, 32_050, 32_051, 32_100])
            service.Arm(target, due, 0, due);
        clock.RunFor(TimeSpan.FromSeconds(31));
        Assert.Equal([(3_999, 4_000L), (4_000, 4_000), (4_001, 4_050)], target.Fired);
        target.Fired.Clear();
        rounds = 0;
        clock.RunFor(TimeSpan.FromSeconds(31));
        Assert.Equal([(32_001, 32_050L), (32_050, 32_050), (32_051, 32_100), (32_100, 32_100)], target.Fired);
        Assert.Equal(2, rounds);
        service.ArmAt(target, 1, 0, long.MaxValue); // no overflow
    }

    [Fact]
    public void What_the_shared_timers_sent_is_flushed_once_after_they_ran()
    {
        SimulatedClock clock = new();
        using TimerService service = new(clock);
        int flushes = 0;
        service.Advanced += () => flushes++;
        Recorder target = new(service);
        for (int i = 0; i < 200; i++)
            service.Arm(target, i, i, 100);
        clock.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(200, target.Fired.Count);
        Assert.Equal(1, flushes);
    }

    [Fact]
    public void A_target_may_arm_itself_again_from_its_own_timer()
    {
        SimulatedClock clock = new();
        using TimerService service = new(clock);
        Rearming target = new(service);
        service.Arm(target, 0, 0, 100);
        clock.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(10, target.Fired);
    }

    [Fact]
    public void A_target_that_throws_is_logged_and_the_others_fire()
    {
        SimulatedClock clock = new();
        LineLog loggers = new();
        using TimerService service = new(clock, loggers);
        Recorder target = new(service);
        service.Arm(new Throwing(), 9, 0, 100);
        service.Arm(target, 1, 1, 100);
        clock.RunFor(TimeSpan.FromSeconds(1));
        Assert.Single(target.Fired);
        Assert.StartsWith("Error 2101", Assert.Single(loggers.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_due_together_is_prefetched_step_by_step_before_the_first_fires()
    {
        SimulatedClock clock = new();
        using TimerService service = new(clock);
        List<string> story = [];
        service.Arm(new Prefetching("a", story), 1, 7, 100);
        service.Arm(new Prefetching("b", story), 2, 8, 100);
        clock.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["a 1 7 0", "b 2 8 0", "a 1 7 1", "b 2 8 1", "a 1 7 2", "b 2 8 2", "a fires", "b fires"], story);
    }

    [Fact]
    public void A_target_that_fails_to_prefetch_is_logged_and_all_fire()
    {
        SimulatedClock clock = new();
        LineLog loggers = new();
        using TimerService service = new(clock, loggers);
        List<string> story = [];
        service.Arm(new Prefetching("a", story), 1, 7, 100);
        service.Arm(new Prefetching("b", story) { Fails = true }, 2, 8, 100);
        clock.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["a 1 7 0", "a fires", "b fires"], story);
        Assert.StartsWith("Error 2101", Assert.Single(loggers.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_thread_arms_its_own_wheel_and_other_threads_the_shared_one()
    {
        ManualTime time = new();
        using TimerService service = new(time);
        Recorder target = new(service);
        Thread loop = new(() =>
        {
            service.OnLoop();
            service.Arm(target, 1, 1, 500);
            Assert.Equal(0, service.SharedCount);
            time.Milliseconds = 490;
            service.OnLoop();
            Assert.Empty(target.Fired);
            time.Milliseconds = 500;
            service.OnLoop();
        });
        loop.Start();
        loop.Join();
        Assert.Equal([(1, 500L)], target.Fired);
        service.Arm(target, 2, 2, 500);
        Assert.Equal(1, service.SharedCount);
    }

    [Fact]
    public void A_loop_may_wait_until_its_next_timer_but_no_longer_than_100_ms()
    {
        ManualTime time = new();
        using TimerService service = new(time);
        Recorder target = new(service);
        List<int> waits = [];
        Thread loop = new(() =>
        {
            service.OnLoop();
            waits.Add(service.LongestWait);
            service.Arm(target, 1, 1, 500);
            foreach (int now in (int[])[0, 430, 495])
            {
                time.Milliseconds = now;
                service.OnLoop();
                waits.Add(service.LongestWait);
            }
        });
        loop.Start();
        loop.Join();
        Assert.Equal([100, 100, 70, 10], waits);
    }

    [Fact]
    public void After_disposal_nothing_fires()
    {
        SimulatedClock clock = new();
        TimerService service = new(clock);
        Recorder target = new(service);
        service.Arm(target, 1, 1, 100);
        service.Dispose();
        service.Arm(target, 1, 1, 100);
        clock.RunFor(TimeSpan.FromSeconds(1));
        Assert.Empty(target.Fired);
    }

    [Fact]
    public void Many_threads_may_arm_the_shared_wheel_at_once()
    {
        SimulatedClock clock = new();
        using TimerService service = new(clock);
        Counting target = new();
        Parallel.For(
            0,
            8,
            thread =>
            {
                for (int i = 0; i < 2_000; i++)
                    service.Arm(target, thread, i, (i % 100) * 10);
            }
        );
        clock.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(16_000, target.Fired);
    }

    private sealed class Recorder(TimerService service) : ITimerTarget
    {
        public List<(int Kind, long At)> Fired { get; } = [];

        public void OnTimer(int kind, long version) => Fired.Add((kind, service.Now));
    }

    private sealed class Counting : ITimerTarget
    {
        public int Fired;

        public void OnTimer(int kind, long version) => Fired++;
    }

    private sealed class Rearming(TimerService service) : ITimerTarget
    {
        public int Fired { get; private set; }

        public void OnTimer(int kind, long version)
        {
            Fired++;
            service.Arm(this, 0, 0, 100);
        }
    }

    private sealed class Throwing : ITimerTarget
    {
        public void OnTimer(int kind, long version) => throw new InvalidOperationException("on purpose");
    }

    private sealed class Prefetching(string name, List<string> story) : ITimerTarget
    {
        public bool Fails { get; init; }

        public void OnTimer(int kind, long version) => story.Add($"{name} fires");

        public void Prefetch(int kind, long version, int step)
        {
            if (Fails)
                throw new InvalidOperationException("on purpose");
            story.Add($"{name} {kind} {version} {step}");
        }
    }
}
