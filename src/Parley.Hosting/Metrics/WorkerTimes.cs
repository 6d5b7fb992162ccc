using System.Diagnostics.Metrics;
using System.Globalization;

namespace Parley.Hosting;

/// <summary>The CPU time of the UDP workers as Linux has it (proc(5), /proc/PID/task/TID/stat). It costs the workers nothing; theirs are the threads named "udp LISTENER#NUMBER".</summary>
internal static class WorkerTimes
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every architecture that .NET runs on
    private const string Prefix = "udp ";

    public static IEnumerable<Measurement<double>> Read() => Read("/proc/self/task");

    internal static List<Measurement<double>> Read(string tasks)
    {
        // Two applications in one process may have workers of one name.
        var workers = new Dictionary<string, double>(StringComparer.Ordinal);
        try
        {
            foreach (string task in Directory.EnumerateDirectories(tasks))
            {
                if (TryRead(task, out string? worker, out double seconds))
                    workers[worker!] = workers.GetValueOrDefault(worker!) + seconds;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No /proc, or not for us.
        }

        return [.. workers.Select(static w => new Measurement<double>(w.Value, new KeyValuePair<string, object?>("sip.worker", w.Key)))];
    }

    private static bool TryRead(string task, out string? worker, out double seconds)
    {
        (worker, seconds) = (null, 0);
        try
        {
            // "123 (udp 0#1 udp:127) S ..."; the name may hold blanks and brackets itself.
            string stat = File.ReadAllText(Path.Combine(task, "stat"));
            int begin = stat.IndexOf('(', StringComparison.Ordinal),
                end = stat.LastIndexOf(')');
            if (begin < 0 || end < begin || !stat.AsSpan(begin + 1).StartsWith(Prefix, StringComparison.Ordinal))
                return false;
            string name = stat[(begin + 1 + Prefix.Length)..end];
            int blank = name.IndexOf(' ', StringComparison.Ordinal);
            worker = blank < 0 ? name : name[..blank];
            // After the name: state, then 10 fields, then utime and stime.
            string[] fields = stat[(end + 2)..].Split(' ');
            if (!worker.Contains('#', StringComparison.Ordinal) || fields.Length < 13)
                return false;
            seconds =
                (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture))
                / TicksPerSecond;
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return false; // a thread that has just ended
        }
    }
}
