using System.Text;

namespace Parley.Load;

/// <summary>bench/load/workers: one worker on one core beside two workers on two, with a trunk (one source address and port) and with several.</summary>
internal sealed class WorkersCommand(Workshop workshop, LoadOptions options)
{
    private const double MostPerCall = 1.15,
        MostShare = 0.6;

    private readonly List<Sample> _samples = [];

    public async Task<int> RunAsync()
    {
        Machine machine = await Machine.ReadAsync(workshop);
        string job = options.Jobs.Count > 0 ? options.Jobs[0] : "b";
        foreach (int rate in options.Rates.Where(rate => rate >= 1000).DefaultIfEmpty(options.Rates.Max()))
        {
            for (int workers = 1; workers <= 2; workers++)
            {
                using ProxyProcess proxy = await ProxyProcess.StartAsync(workshop, "parley", job, workers);
                await CallLoad.WarmAsync(workshop, Workshop.LoadCore(workers), proxy, job, options.WarmUpOf("parley"));
                for (int run = 0; run < options.Runs; run++)
                {
                    for (int loads = 1; loads <= 2; loads++)
                        _samples.Add(await MeasureAsync(proxy, job, workers, rate, loads));
                }
            }
        }

        Report.Write(workshop, options, "workers", machine, _samples, Table(job));
        return 0;
    }

    private async Task<Sample> MeasureAsync(ProxyProcess proxy, string job, int workers, int rate, int loads)
    {
        await Task.Delay(2000);
        int core = Workshop.LoadCore(workers);
        Usage before = proxy.Usage;
        long[] threads = Workers(proxy, workers);
        CallLoad[] all =
        [
            .. Enumerable
                .Range(0, loads)
                .Select(i =>
                    CallLoad.Start(workshop, core, proxy, job, rate / loads, rate / loads * options.Seconds, i > 0, "-h", "500", "-w", "10")
                ),
        ];
        long calls = 0,
            bad = 0;
        foreach (CallLoad load in all)
        {
            CallFigures figures = await load.EndAsync();
            (calls, bad) = (calls + figures.Calls, bad + figures.Failed + figures.Unfinished + figures.Retransmissions);
            load.Dispose();
        }

        double cpu = (proxy.Usage - before).CpuNanoseconds / 1e3 / calls;
        long[] used = [.. Workers(proxy, workers).Zip(threads, static (now, then) => now - then)];
        Sample sample = new(workers, rate, loads * 2, cpu, (double)used.Max() / used.Sum(), bad);
        Console.WriteLine(
            FormattableString.Invariant(
                $"{workers} worker(s) {rate}/s from {sample.Sources} ports  {cpu:F1} µs/call  busiest {sample.BusiestShare:P0}  failed or again {bad}"
            )
        );
        return sample;
    }

    /// <summary>CPU ticks of the receive loops: the threads with the listener's name that have used most.</summary>
    private static long[] Workers(ProxyProcess proxy, int workers) =>
        [
            .. proxy
                .Family.SelectMany(static process => Directory.EnumerateDirectories($"/proc/{process}/task"))
                .Select(static thread => File.ReadAllText(thread + "/stat"))
                .Where(static stat => stat.Contains("(udp:", StringComparison.OrdinalIgnoreCase))
                .OrderBy(static stat => stat, StringComparer.Ordinal)
                .Take(workers)
                .Select(static stat => stat[(stat.LastIndexOf(')') + 2)..].Split(' '))
                .Select(static fields => long.Parse(fields[11], null) + long.Parse(fields[12], null)),
        ];

    private StringBuilder Table(string job)
    {
        StringBuilder text = new();
        text.AppendLine(
            FormattableString.Invariant(
                $"Job {job}, UDP; one worker on one core, two workers on two with the load on the last core; warmed up with {options.Warm} s at {options.WarmRate} calls/s, {options.Seconds} s of load, median of {options.Runs} runs. A load sends from two ports (caller, callee); two loads make four. Share: CPU time of the busier worker."
            )
        );
        text.AppendLine()
            .AppendLine("| workers | calls/s | source ports | CPU µs per call | busier worker's share | failed or sent again |")
            .AppendLine("|---|---|---|---|---|---|");
        foreach (var row in _samples.GroupBy(sample => (sample.Workers, sample.Rate, sample.Sources)))
            text.AppendLine(
                FormattableString.Invariant(
                    $"| {row.Key.Workers} | {row.Key.Rate} | {row.Key.Sources} | {Cpu(row):F1} ({row.Min(s => s.CpuPerCall):F1}–{row.Max(s => s.CpuPerCall):F1}) | {Report.Median(row.Select(s => s.BusiestShare)):P0} | {row.Sum(s => s.Bad)} |"
                )
            );
        text.AppendLine().AppendLine("| goal | measured | |").AppendLine("|---|---|---|");
        foreach (var pair in _samples.GroupBy(sample => (sample.Rate, sample.Sources)))
        {
            double ratio = Cpu(pair.Where(s => s.Workers == 2)) / Cpu(pair.Where(s => s.Workers == 1)),
                share = Report.Median(pair.Where(s => s.Workers == 2).Select(s => s.BusiestShare));
            text.AppendLine(
                FormattableString.Invariant(
                    $"| {pair.Key.Rate} calls/s, {pair.Key.Sources} source ports: two workers cost at most {MostPerCall} x one | {ratio:F2} | {(ratio <= MostPerCall ? "reached" : "**not reached**")} |"
                )
            );
            text.AppendLine(
                FormattableString.Invariant(
                    $"| {pair.Key.Rate} calls/s, {pair.Key.Sources} source ports: the busier worker has at most {MostShare:P0} | {share:P0} | {(share <= MostShare ? "reached" : "**not reached**")} |"
                )
            );
        }

        return text;
    }

    private static double Cpu(IEnumerable<Sample> samples) => Report.Median(samples.Select(sample => sample.CpuPerCall));

    /// <summary>One run.</summary>
    private sealed record Sample(int Workers, int Rate, int Sources, double CpuPerCall, double BusiestShare, long Bad);
}
