using System.Text;

namespace Parley.Load;

/// <summary>The samples of a run as a table, with the goals below.</summary>
internal static class RunTable
{
    private static readonly string[] Columns =
    [
        "job",
        "calls/s",
        "",
        "CPU µs per call",
        "x floor",
        "x Kamailio",
        "CPU, evenly spread",
        "x floor",
        "x Kamailio",
        "setup p50 / p99 / p99.9",
        "failed",
        "sent again",
        "switches per call",
        "idle PSS, peak MiB",
        "runs: SIPp, spread",
    ];

    public static StringBuilder Of(IReadOnlyList<Sample> samples, LoadOptions options, string against)
    {
        StringBuilder text = new();
        text.AppendLine(
            FormattableString.Invariant(
                $"CPU µs per call: user + system of all processes, from the start of the load to {options.Tail} s after the last call, on one core, the load on another; median of {options.Runs} alternating runs (least–most) of {options.Seconds} s with SIPp, calls of 0 to 1 s. SIPp offers calls in bursts, some each few milliseconds; \"evenly spread\" is the same figure with bench/load/calls, which offers them one by one: {options.SetupRuns} runs of {options.SetupSeconds} s, calls of 0.5 s. From these come the setup times, INVITE to 200 in µs, with the load generator's own share (\"direct\": no proxy). Failed and sent again are those of both loads, context switches and memory (after a run, and at most) those of SIPp's."
            )
        );
        text.AppendLine()
            .AppendLine(
                FormattableString.Invariant(
                    $"All processes were started once and warmed up, Parley with {options.Warm} s at {options.WarmRate} calls/s, the others with 5 s at most; those not measured stand still (SIGSTOP)."
                )
            );
        text.AppendLine()
            .AppendLine($"| {string.Join(" | ", Columns)} |")
            .AppendLine(string.Concat(Enumerable.Repeat("|---", Columns.Length)) + "|");
        foreach (RunCell cell in RunCell.Of(samples))
        {
            foreach (string subject in cell.Subjects)
                text.AppendLine($"| {string.Join(" | ", Row(cell, subject, options))} |");
        }

        int thrown = samples.Count(sample => !sample.IsKept);
        text.AppendLine()
            .AppendLine(
                FormattableString.Invariant(
                    $"Thrown away for foreign load (over {options.Foreign:F0} % of the proxy's core or {options.Foreign * 2:F0} % of the load's): {thrown} of {samples.Count} runs. A figure marked * has no other runs and counts those."
                )
            );
        foreach (Sample sample in samples.Where(sample => sample is { IsKept: true, IsOffered: false }))
            text.AppendLine()
                .AppendLine(
                    FormattableString.Invariant(
                        $"† {sample.Job} at {sample.Rate} calls/s, {sample.Subject}: a run in which SIPp offered only {sample.Calls.CallsPerSecond:F0} calls/s."
                    )
                );
        if (!samples.Any(sample => sample.Load == RunCell.CpuLoad))
            text.AppendLine().AppendLine("Without SIPp: the CPU time is that of evenly spread calls only.");
        if (options.Against is { } other)
            AgainstTable.Write(text, samples, other, against);
        RunGoals.Write(text, samples);
        return text;
    }

    private static string[] Row(RunCell cell, string subject, LoadOptions options)
    {
        Sample[] cpu = cell.Kept(subject, RunCell.CpuLoad),
            setup = cell.Kept(subject, RunCell.SetupLoad),
            all = [.. cpu, .. setup];
        string setupTimes =
            setup.Length == 0
                ? "–"
                : FormattableString.Invariant(
                    $"{cell.Setup(subject, calls => calls.SetupP50):F0} / {cell.Setup(subject, calls => calls.SetupP99):F0} / {cell.Setup(subject, calls => calls.SetupP999):F0}"
                );
        string job = cell.Job,
            rate = FormattableString.Invariant($"{cell.Rate}");
        if (subject == "direct")
            return [job, rate, subject, "", "", "", "", "", "", setupTimes, "", "", "", "", ""];

        string memoryOf = cpu.Length > 0 ? RunCell.CpuLoad : RunCell.SetupLoad;
        double Middle(Func<Sample, double> figure) => cell.Middle(subject, memoryOf, figure);
        return
        [
            job,
            rate,
            subject,
            Cpu(cpu),
            Ratio(cell, subject, "floor", RunCell.CpuLoad),
            Ratio(cell, subject, "kamailio", RunCell.CpuLoad),
            Cpu(setup),
            Ratio(cell, subject, "floor", RunCell.SetupLoad),
            Ratio(cell, subject, "kamailio", RunCell.SetupLoad),
            setupTimes,
            FormattableString.Invariant($"{all.Sum(sample => sample.Calls.Failed + sample.Calls.Unfinished)}"),
            FormattableString.Invariant($"{all.Sum(sample => sample.Calls.Retransmissions)}"),
            FormattableString.Invariant($"{Middle(sample => sample.SwitchesPerCall):F1}"),
            FormattableString.Invariant($"{Middle(sample => sample.IdleKiB) / 1024:F0}, {Middle(sample => sample.PeakKiB) / 1024:F0}"),
            FormattableString.Invariant(
                $"{cpu.Count(sample => sample.IsKept)} of {options.Runs}, {setup.Count(sample => sample.IsKept)} of {options.SetupRuns}"
            ),
        ];
    }

    private static string Cpu(Sample[] kept)
    {
        if (kept.Length == 0)
            return "–";
        string mark = (kept[0].IsKept ? "" : " *") + (kept.All(sample => sample.IsOffered) ? "" : " †");
        return FormattableString.Invariant(
            $"{Report.Median(kept.Select(s => s.CpuPerCall)):F1} ({kept.Min(s => s.CpuPerCall):F1}–{kept.Max(s => s.CpuPerCall):F1}){mark}"
        );
    }

    private static string Ratio(RunCell cell, string subject, string other, string load)
    {
        double ratio = cell.Cpu(subject, load) / cell.Cpu(other, load);
        return double.IsNaN(ratio) ? "–" : FormattableString.Invariant($"{ratio:F2}");
    }
}
