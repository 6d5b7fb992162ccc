using CsCheck;

namespace Parley.Transactions.Tests.Timers;

public sealed class TimerWheelTests
{
    [Fact]
    public void Timers_fire_at_their_tick_never_early()
    {
        TimerWheel wheel = new(0);
        Recorder target = new();
        wheel.Add(target, 1, 11, 500);
        wheel.Add(target, 2, 22, 505);
        Assert.Equal(0, wheel.Advance(499));
        Assert.Equal(1, wheel.Advance(500));
        Assert.Equal(0, wheel.Advance(509));
        Assert.Equal(1, wheel.Advance(510));
        Assert.Equal([(1, 11L), (2, 22L)], target.Fired);
        Assert.Equal(0, wheel.Count);
    }

    [Theory]
    [InlineData(2_550)]
    [InlineData(2_560)]
    [InlineData(655_350)]
    [InlineData(655_360)]
    [InlineData(12L * 3600 * 1000)]
    [InlineData(3L * 24 * 3600 * 1000)]
    [InlineData(600L * 24 * 3600 * 1000)]
    public void A_timer_fires_exactly_after_moving_down_through_hours_and_days(long after)
    {
        const long Start = 123_450;
        TimerWheel wheel = new(Start);
        Recorder target = new();
        wheel.Add(target, 1, 1, Start + after);
        for (long now = Start; now < Start + after; now += Math.Max(10, after / 5000 * 10 / 10))
            Assert.Equal(0, wheel.Advance(now));
        Assert.Equal(0, wheel.Advance(Start + after - 1));
        Assert.Equal(1, wheel.Advance(Start + after));
    }

    [Fact]
    public void One_jump_over_days_fires_all_in_the_order_of_their_time()
    {
        TimerWheel wheel = new(0);
        Recorder target = new();
        long[] dues = [9_000_000, 20, 86_400_000, 2_560, 655_360, 30];
        foreach (long due in dues)
            wheel.Add(target, 0, due, due);
        Assert.Equal(6, wheel.Advance(long.MaxValue / 2));
        Assert.Equal([20, 30, 2_560, 655_360, 9_000_000, 86_400_000], target.Fired.Select(f => f.Version));
    }

    [Fact]
    public void A_timer_beyond_the_last_level_is_kept()
    {
        TimerWheel wheel = new(0);
        wheel.Add(new Recorder(), 0, 0, long.MaxValue - 5);
        Assert.Equal(0, wheel.Advance(1L << 40));
        Assert.Equal(1, wheel.Count);
    }

    [Fact]
    public void A_timer_added_while_firing_waits_for_the_next_tick_even_when_due()
    {
        TimerWheel wheel = new(0);
        Rearming target = new(wheel);
        wheel.Add(target, 0, 0, 10);
        Assert.Equal(1, wheel.Advance(10));
        Assert.Equal(1, wheel.Advance(20));
        Assert.Equal(0, wheel.Advance(20));
        Assert.Equal(3, wheel.Advance(50));
    }

    [Fact]
    public void When_a_target_throws_the_others_of_its_tick_are_not_lost()
    {
        TimerWheel wheel = new(0);
        Recorder target = new();
        wheel.Add(new Throwing(), 0, 0, 10);
        wheel.Add(target, 0, 7, 10);
        Assert.Throws<InvalidOperationException>(() => wheel.Advance(10));
        Assert.Equal(1, wheel.Advance(10));
        Assert.Equal(7, target.Fired.Single().Version);
    }

    [Fact]
    public void A_million_pending_timers_cost_a_tick_nothing_but_the_due_ones()
    {
        TimerWheel wheel = new(0);
        Recorder target = new();
        for (int i = 0; i < 1_000_000; i++)
            wheel.Add(target, 0, i, 10_000_000 + (i * 7L));
        for (int i = 0; i < 5; i++)
            wheel.Add(target, 1, i, 1_000);
        long before = wheel.Touched;
        int fired = 0;
        for (long now = 0; now <= 2_000; now += 10)
            fired += wheel.Advance(now);
        Assert.Equal(5, fired);
        // Each of the five moves down no more than once before it fires; the million are not looked at.
        Assert.InRange(wheel.Touched - before, 5, 10);
        Assert.Equal(1_000_000, wheel.Count);
    }

    [Fact]
    public void Over_its_whole_life_a_timer_is_touched_no_more_than_once_per_level()
    {
        TimerWheel wheel = new(0);
        Recorder target = new();
        for (int i = 0; i < 10_000; i++)
            wheel.Add(target, 0, i, 50_000 + (i * 3_600L));
        for (long now = 0; wheel.Count > 0; now += 50_000)
            wheel.Advance(now);
        Assert.Equal(10_000, target.Fired.Count);
        Assert.True(wheel.Touched <= 10_000 * 5);
    }

    [Fact]
    public void Steady_use_allocates_nothing()
    {
        TimerWheel wheel = new(0);
        Silent target = new();
        long now = 0;
        Churn(wheel, target, ref now);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Churn(wheel, target, ref now);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void The_wheel_behaves_like_a_sorted_list()
    {
        Gen<(bool Add, int Value)> step = Gen.Select(Gen.Bool, Gen.OneOf(Gen.Int[0, 300], Gen.Int[0, 40_000], Gen.Int[0, 50_000_000]));
        Gen.Select(Gen.Int[0, 1_000_000], step.Array[1, 60])
            .Sample(
                (start, steps) =>
                {
                    TimerWheel wheel = new(start);
                    Recorder target = new();
                    List<(long Tick, long Id)> model = [];
                    List<long> expected = [];
                    long now = start,
                        id = 0,
                        next = start / 10;
                    foreach ((bool add, int value) in steps)
                    {
                        if (add)
                        {
                            long due = now + value;
                            wheel.Add(target, 0, id, due);
                            model.Add((Math.Max((due + 9) / 10, next), id++));
                            continue;
                        }

                        now += value;
                        foreach ((long Tick, long Id) entry in model.Where(e => e.Tick <= now / 10).OrderBy(e => e.Tick).ThenBy(e => e.Id))
                            expected.Add(entry.Id);
                        model.RemoveAll(e => e.Tick <= now / 10);
                        next = (now / 10) + 1;
                        wheel.Advance(now);
                    }

                    return expected.SequenceEqual(target.Fired.Select(f => f.Version))
                        && wheel.Count == model.Count
                        && (model.Count == 0 || wheel.NextWorkMilliseconds <= model.Min(e => e.Tick) * 10);
                },
                iter: 20_000
            );
    }

    private static void Churn(TimerWheel wheel, ITimerTarget target, ref long now)
    {
        for (int i = 0; i < 20_000; i++)
        {
            wheel.Add(target, 0, i, now + 500);
            wheel.Add(target, 1, i, now + 32_000);
            now += 10;
            wheel.Advance(now);
        }
    }

    private sealed class Recorder : ITimerTarget
    {
        public List<(int Kind, long Version)> Fired { get; } = [];

        public void OnTimer(int kind, long version) => Fired.Add((kind, version));
    }

    private sealed class Silent : ITimerTarget
    {
        public void OnTimer(int kind, long version) { }
    }

    private sealed class Throwing : ITimerTarget
    {
        public void OnTimer(int kind, long version) => throw new InvalidOperationException("on purpose");
    }

    private sealed class Rearming(TimerWheel wheel) : ITimerTarget
    {
        public void OnTimer(int kind, long version) => wheel.Add(this, 0, 0, 0);
    }
}
