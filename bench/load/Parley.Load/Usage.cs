using System.Globalization;
using System.Runtime.InteropServices;

namespace Parley.Load;

/// <summary>What some processes have used up to a moment, threads that have ended included.</summary>
/// <param name="CpuNanoseconds">User and system.</param>
/// <param name="Threads">Context switches, of either kind, of each thread that lives. What an ended one had is not known any more.</param>
internal readonly partial record struct Usage(long CpuNanoseconds, IReadOnlyDictionary<string, long> Threads)
{
    /// <summary>Of all threads; in a difference, of those that lived to its end.</summary>
    public long Switches => Threads.Values.Sum();

    /// <summary>
    /// Reads it. CPU time by the processes' own clocks (CLOCK_PROCESS_CPUTIME_ID of each): the sum of utime and stime in /proc/PID/stat,
    /// but to the nanosecond, where the file has 10 ms.
    /// </summary>
    public static Usage Of(IEnumerable<int> processes)
    {
        long cpu = 0;
        Dictionary<string, long> threads = [];
        foreach (int process in processes)
        {
            if (ClockGetTime((~process << 3) | 2, out TimeSpec time) == 0)
                cpu += (time.Seconds * 1_000_000_000) + time.Nanoseconds;
            foreach (string thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
            {
                if (
                    Fields(Path.Combine(thread, "status"), "voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:")
                    is > 0
                        and long switches
                )
                    threads.Add(thread, switches);
            }
        }

        return new Usage(cpu, threads);
    }

    /// <summary>The largest resident size that each process has had, added up (shared pages count in each), KiB.</summary>
    public static long PeakKiB(IEnumerable<int> processes) => processes.Sum(process => Fields($"/proc/{process}/status", "VmHWM:"));

    /// <summary>Resident size of each, added up (shared pages count in each), KiB.</summary>
    public static long ResidentKiB(IEnumerable<int> processes) => processes.Sum(process => Fields($"/proc/{process}/status", "VmRSS:"));

    /// <summary>Proportional set size of all: shared pages count once, KiB.</summary>
    public static long PssKiB(IEnumerable<int> processes) => processes.Sum(process => Fields($"/proc/{process}/smaps_rollup", "Pss:"));

    /// <summary>A process and all it has started.</summary>
    public static List<int> Family(int process)
    {
        List<int> family = [process];
        List<(int Child, int Parent)> all = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int child))
                continue;
            try
            {
                string stat = File.ReadAllText(folder + "/stat");
                all.Add((child, int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture)));
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        for (int i = 0; i < family.Count; i++)
            family.AddRange(all.Where(one => one.Parent == family[i]).Select(one => one.Child));
        return family;
    }

    /// <summary>User and system time of all children of this process that have ended, to the microsecond: their own clocks are gone.</summary>
    public static long EndedChildrenNanoseconds()
    {
        Span<long> usage = stackalloc long[18]; // struct rusage: ru_utime and ru_stime, in seconds and microseconds, and 14 numbers
        const int children = -1;
        if (GetResourceUsage(children, ref usage[0]) != 0)
            return 0;
        return ((usage[0] + usage[2]) * 1_000_000_000) + ((usage[1] + usage[3]) * 1000);
    }

    public static Usage operator -(Usage left, Usage right) =>
        new(
            left.CpuNanoseconds - right.CpuNanoseconds,
            left.Threads.ToDictionary(thread => thread.Key, thread => thread.Value - right.Threads.GetValueOrDefault(thread.Key))
        );

    private static long Fields(string file, params ReadOnlySpan<string> names)
    {
        long sum = 0;
        try
        {
            foreach (string line in File.ReadLines(file))
            {
                foreach (string name in names)
                {
                    if (line.StartsWith(name, StringComparison.Ordinal))
                        sum += long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
                }
            }
        }
        catch (IOException)
        {
            // A thread that has ended meanwhile.
        }

        return sum;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetResourceUsage(int who, ref long usage);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
