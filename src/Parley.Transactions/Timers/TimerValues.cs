namespace Parley.Transactions;

/// <summary>The timers in milliseconds, derived once from the options.</summary>
internal sealed class TimerValues
{
    public TimerValues(SipTimerOptions options)
    {
        T1 = Milliseconds(options.T1, nameof(options.T1));
        T2 = Milliseconds(options.T2, nameof(options.T2));
        long t4 = Milliseconds(options.T4, nameof(options.T4));
        SixtyFourT1 = 64 * T1;
        A = Or(options.TimerA, T1, nameof(options.TimerA));
        B = Or(options.TimerB, SixtyFourT1, nameof(options.TimerB));
        D = Or(options.TimerD, 32_000, nameof(options.TimerD));
        E = Or(options.TimerE, T1, nameof(options.TimerE));
        F = Or(options.TimerF, SixtyFourT1, nameof(options.TimerF));
        G = Or(options.TimerG, T1, nameof(options.TimerG));
        H = Or(options.TimerH, SixtyFourT1, nameof(options.TimerH));
        I = Or(options.TimerI, t4, nameof(options.TimerI));
        J = Or(options.TimerJ, SixtyFourT1, nameof(options.TimerJ));
        K = Or(options.TimerK, t4, nameof(options.TimerK));
        L = Or(options.TimerL, SixtyFourT1, nameof(options.TimerL));
        M = Or(options.TimerM, SixtyFourT1, nameof(options.TimerM));
        EReachesT2 = E;
        for (long interval = E; interval * 2 < T2; EReachesT2 += interval)
            interval *= 2;
        TryingDelay = options.TryingDelay == TimeSpan.Zero ? 0 : Milliseconds(options.TryingDelay, nameof(options.TryingDelay));
    }

    public long T1 { get; }
    public long T2 { get; }
    public long SixtyFourT1 { get; }
    public long A { get; }
    public long B { get; }
    public long D { get; }
    public long E { get; }
    public long F { get; }
    public long G { get; }
    public long H { get; }
    public long I { get; }
    public long J { get; }
    public long K { get; }
    public long L { get; }
    public long M { get; }
    public long TryingDelay { get; }

    /// <summary>How long after its start timer E is set to T2 for the first time (17.1.2.2): 3.5 s with the usual values.</summary>
    public long EReachesT2 { get; }

    private static long Or(TimeSpan? value, long derived, string name) => value is { } span ? Milliseconds(span, name) : derived;

    private static long Milliseconds(TimeSpan value, string name)
    {
        long milliseconds = (long)Math.Ceiling(value.TotalMilliseconds);
        ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, 1, name);
        return milliseconds;
    }
}
