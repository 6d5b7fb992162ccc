namespace Parley.Testing;

/// <summary>The network's own dice (SplitMix64): one per simulation, drawn in the order of events.</summary>
internal sealed class SimulationSource(ulong seed)
{
    private ulong _state = seed;

    internal ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Draws only when the outcome is open.</summary>
    internal bool Chance(double probability) => probability > 0 && (probability >= 1 || (Next() >> 11) * (1.0 / (1UL << 53)) < probability);

    /// <summary>A time from minimum to maximum, both included, in ticks.</summary>
    internal long Between(TimeSpan minimum, TimeSpan maximum)
    {
        long range = maximum.Ticks - minimum.Ticks;
        return range <= 0 ? minimum.Ticks : minimum.Ticks + (long)(Next() % (ulong)(range + 1));
    }
}
