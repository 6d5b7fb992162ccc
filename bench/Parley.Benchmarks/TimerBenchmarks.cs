using BenchmarkDotNet.Attributes;
using Parley.Transactions;

namespace Parley.Benchmarks;

/// <summary>The wheel with many timers in it; a round adds as many as run out.</summary>
[MemoryDiagnoser]
public class TimerBenchmarks
{
    private sealed class Target : ITimerTarget
    {
        public int Fired { get; private set; }

        public void OnTimer(int kind, long version) => Fired++;
    }

    private const int PerTick = 10;
    private readonly Target _target = new();
    private TimerWheel _wheel = null!;
    private long _now;

    [Params(10_000, 320_000)]
    public int Armed { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _wheel = new TimerWheel(0);
        _now = 0;
        for (int i = 0; i < Armed; i++)
            _wheel.Add(_target, 0, 0, 10 + (i / PerTick * 10));
    }

    [Benchmark(OperationsPerInvoke = PerTick, Description = "arm a timer and let one run out")]
    public int ArmAndFire()
    {
        _now += 10;
        for (int i = 0; i < PerTick; i++)
            _wheel.Add(_target, 0, 0, _now + (Armed / PerTick * 10));
        return _wheel.Advance(_now);
    }
}
