using System.Diagnostics;
using System.Globalization;

namespace Parley.Load;

/// <summary>
/// How long one core was idle, from /proc/stat, so that what others did there shows. Not how busy it was: the kernel finds that by looking 250 times
/// a second, always at the same moment of a call that comes each third of a millisecond, while it counts idle time by the clock (NO_HZ).
/// </summary>
internal readonly record struct CoreClock(long IdleTicks, long At)
{
    public static CoreClock Of(int core)
    {
        const int idle = 4,
            ioWait = 5; // of: name user nice system idle iowait irq softirq steal
        string[] fields = File.ReadLines("/proc/stat")
            .First(line => line.StartsWith(string.Create(CultureInfo.InvariantCulture, $"cpu{core} "), StringComparison.Ordinal))
            .Split(' ');
        return new CoreClock(Field(idle) + Field(ioWait), Stopwatch.GetTimestamp());

        long Field(int field) => long.Parse(fields[field], CultureInfo.InvariantCulture);
    }

    /// <summary>Percent of the core that was used since, beyond what is known of: by other processes, and by the machine's other guests.</summary>
    public double ForeignPercent(CoreClock before, long knownNanoseconds)
    {
        double elapsed = Stopwatch.GetElapsedTime(before.At, At).TotalNanoseconds;
        return Math.Max(0, (elapsed - ((IdleTicks - before.IdleTicks) * 1e7) - knownNanoseconds) / elapsed * 100);
    }
}
