using System.Diagnostics;
using System.Globalization;

namespace Parley.Load;

/// <summary>How busy one core was, from /proc/stat, so that what others did there shows.</summary>
internal readonly record struct CoreClock(long BusyTicks, long At)
{
    // Fields of a cpu line: user nice system idle iowait irq softirq steal.
    public static CoreClock Of(int core)
    {
        string[] fields = File.ReadLines("/proc/stat").First(line => line.StartsWith(string.Create(CultureInfo.InvariantCulture, $"cpu{core} "), StringComparison.Ordinal)).Split(' ');
        long busy = 0;
        foreach (int field in (ReadOnlySpan<int>)[1, 2, 3, 6, 7, 8])
            busy += long.Parse(fields[field], CultureInfo.InvariantCulture);
        return new CoreClock(busy, Stopwatch.GetTimestamp());
    }

    /// <summary>Percent of the core that was used since, beyond what is known of.</summary>
    public double ForeignPercent(CoreClock before, long knownNanoseconds)
    {
        double elapsed = Stopwatch.GetElapsedTime(before.At, At).TotalNanoseconds;
        return Math.Max(0, (((BusyTicks - before.BusyTicks) * 1e7) - knownNanoseconds) / elapsed * 100);
    }
}
