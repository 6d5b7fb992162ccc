using System.Text;

namespace Parley.Load;

/// <summary>bench/load/peak: the highest rate at which fewer than one call in a thousand failed or needed a retransmission, by bisection.</summary>
internal sealed class PeakCommand(Workshop workshop, LoadOptions options)
{
    private const double Resolution = 1.05;

    private readonly List<object> _probes = [];

    public async Task<int> RunAsync()
    {
        Machine machine = await Machine.ReadAsync(workshop);
        StringBuilder text = new();
        text.AppendLine(
            FormattableString.Invariant(
                $"Highest rate in calls/s with under 0.1 % failed or sent again over {options.Seconds} s of load, found by bisection to 5 %, after a warm-up and the last rate that was carried; calls of 0.5 s. Kamailio with a worker per core and with four: the better one counts. A rate counts as not reached, too, when the load generator could not offer it."
            )
        );
        text.AppendLine()
            .AppendLine("| job | cores | | peak calls/s | CPU µs per call there | load generator's core used | |")
            .AppendLine("|---|---|---|---|---|---|---|");
        foreach (string job in options.Jobs.Count > 0 ? options.Jobs : ["b"])
        {
            foreach (int cores in options.Cores)
            {
                int kamailio = 0;
                foreach ((string subject, int workers) in Subjects(cores))
                {
                    Probe best = await BisectAsync(subject, job, cores, workers);
                    if (subject == "kamailio")
                        kamailio = Math.Max(kamailio, best.Rate);
                    string note =
                        Workshop.LoadCore(cores) < cores ? "the load shares the last core"
                        : best.LoadPercent > 90 ? "the load generator is the limit"
                        : "";
                    if (subject == "parley" && kamailio > 0)
                        note += FormattableString.Invariant($" {(double)best.Rate / kamailio:F2} x Kamailio");
                    string name = subject == "kamailio" ? FormattableString.Invariant($"kamailio, workers: {workers}") : subject;
                    text.AppendLine(
                        FormattableString.Invariant(
                            $"| {job} | {cores} | {name} | {best.Rate} | {best.CpuPerCall:F1} | {best.LoadPercent:F0} % | {note.Trim()} |"
                        )
                    );
                }
            }
        }

        Report.Write(workshop, options, "peak", machine, _probes, text);
        return 0;
    }

    /// <summary>Kamailio with a worker per core and with four: which is better depends on the machine.</summary>
    private IEnumerable<(string Subject, int Workers)> Subjects(int cores) =>
        from subject in options.Subjects
        where subject != "floor" && (subject != "kamailio" || workshop.HasKamailio)
        from workers in subject == "kamailio" ? new[] { cores, 4 } : [cores]
        select (subject, workers);

    /// <summary>
    /// One process for all rates that it carries; a new one after each that was too much, which leaves it with calls of the past. The new one
    /// has the last good rate first, uncounted: it should not have to grow from nothing at a rate that the one before it grew up to.
    /// </summary>
    private async Task<Probe> BisectAsync(string subject, string job, int cores, int workers)
    {
        Probe good = default;
        int low = 0,
            high = options.IsQuick ? 400 : 2000,
            most = options.IsQuick ? 800 : 64_000;
        bool isBounded = false;
        ProxyProcess? proxy = null;
        try
        {
            while (!isBounded ? high <= most : low * Resolution < high && high - low > 50)
            {
                proxy ??= await WarmAsync(subject, job, cores, workers, low);
                int rate = isBounded ? (low + high) / 2 : high;
                Probe probe = await ProbeAsync(proxy, subject, job, cores, rate);
                if (probe.IsGood)
                {
                    (low, good) = (rate, probe);
                    if (!isBounded)
                        high *= 2;
                    continue;
                }

                (high, isBounded) = (rate, true);
                proxy.Dispose();
                proxy = null;
            }
        }
        finally
        {
            proxy?.Dispose();
        }

        return good;
    }

    private async Task<ProxyProcess> WarmAsync(string subject, string job, int cores, int workers, int carried)
    {
        ProxyProcess proxy = await ProxyProcess.StartAsync(workshop, subject, job, cores, workers);
        await CallLoad.WarmAsync(workshop, Workshop.LoadCore(cores), proxy, job, options.WarmUpOf(subject));
        if (carried > 0)
            await CallLoad.WarmAsync(workshop, Workshop.LoadCore(cores), proxy, job, (carried, options.Seconds));
        return proxy;
    }

    private async Task<Probe> ProbeAsync(ProxyProcess proxy, string subject, string job, int cores, int rate)
    {
        int loadCore = Workshop.LoadCore(cores),
            seconds = options.Seconds;
        await Task.Delay(TimeSpan.FromSeconds(2));
        Usage before = proxy.Usage;
        long start = TimeProvider.System.GetTimestamp();
        using CallLoad load = CallLoad.Start(workshop, loadCore, proxy, job, rate, rate * seconds, false, "-h", "500", "-w", "4");
        CallFigures calls = await load.EndAsync();
        double elapsed = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        Usage used = proxy.Usage - before;
        long bad = calls.Failed + calls.Unfinished + calls.Retransmissions;
        bool isGood = bad < calls.Calls * 0.001 && elapsed < seconds + 2.5;
        // All its work falls into the seconds of the load.
        Probe probe = new(rate, isGood, used.CpuNanoseconds / 1e3 / calls.Calls, calls.CpuNanoseconds / 1e7 / seconds);
        _probes.Add(
            new
            {
                subject,
                job,
                cores,
                rate,
                isGood,
                probe.CpuPerCall,
                probe.LoadPercent,
                elapsed,
                calls,
            }
        );
        Console.WriteLine(
            FormattableString.Invariant(
                $"{job} {cores} core(s) {subject, -9}{rate, 6}/s  {(isGood ? "good" : "too much")}: failed {calls.Failed + calls.Unfinished}, again {calls.Retransmissions}, {probe.CpuPerCall:F1} µs/call, load generator {probe.LoadPercent:F0} %"
            )
        );
        return probe;
    }

    private readonly record struct Probe(int Rate, bool IsGood, double CpuPerCall, double LoadPercent);
}
