namespace Parley.Transactions.Tests.Timers;

public sealed class TimerValuesTests
{
    [Fact]
    public void The_defaults_are_those_of_table_4()
    {
        TimerValues values = new(new SipTimerOptions());
        Assert.Equal(500, values.T1);
        Assert.Equal(4_000, values.T2);
        Assert.Equal([500, 32_000, 32_000, 500, 32_000], [values.A, values.B, values.D, values.E, values.F]);
        Assert.Equal([500, 32_000, 5_000, 32_000, 5_000], [values.G, values.H, values.I, values.J, values.K]);
        Assert.Equal([32_000, 32_000], [values.L, values.M]);
        Assert.Equal(0, values.TryingDelay);
    }

    [Fact]
    public void Derived_timers_follow_T1_and_T4_unless_set()
    {
        TimerValues values = new(
            new SipTimerOptions
            {
                T1 = TimeSpan.FromMilliseconds(100),
                T4 = TimeSpan.FromSeconds(1),
                TimerB = TimeSpan.FromSeconds(2),
            }
        );
        Assert.Equal([100, 2_000, 6_400, 6_400, 1_000, 1_000], [values.A, values.B, values.F, values.H, values.I, values.K]);
    }

    [Fact]
    public void A_timer_that_is_not_positive_is_refused_by_name()
    {
        ArgumentException error = Assert.Throws<ArgumentOutOfRangeException>(() =>
            new TimerValues(new SipTimerOptions { TimerH = TimeSpan.Zero })
        );
        Assert.Equal("TimerH", error.ParamName);
    }
}
