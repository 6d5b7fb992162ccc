using System.Text;

namespace Parley.Load;

/// <summary>The samples of a run as tables: figures, and goals reached or not.</summary>
internal static class RunTable
{
    public static StringBuilder Of(IReadOnlyList<Sample> samples, LoadOptions options)
    {
        StringBuilder text = new();
        text.AppendLine(FormattableString.Invariant(
            $"CPU µs per call (user + system of all processes, from the first call to {options.Tail} s after the last) on one core, the load on another; calls of 0.5 s for {options.Seconds} s; median of {options.Runs} alternating runs (least–most). All processes were started once and warmed up, Parley with {options.Warm} s at {options.WarmRate} calls/s, the others with 5 s; those not measured stand still (SIGSTOP). Setup: INVITE to 200 in µs, with the load generator's own share (\"direct\": no proxy)."));
        text.AppendLine().AppendLine("| job | calls/s | | CPU µs per call | x floor | x Kamailio | setup p50 / p99 / p99.9 | failed | sent again | switches per call | idle PSS, peak MiB | runs |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var cell in samples.GroupBy(sample => (sample.Job, sample.Rate)))
        {
            foreach (var row in cell.GroupBy(sample => sample.Subject))
                Row(text, cell.Key.Job, cell.Key.Rate, row.Key, [.. cell], [.. row], options);
        }

        int thrown = samples.Count(sample => !sample.IsKept);
        text.AppendLine().AppendLine(FormattableString.Invariant(
            $"Thrown away for foreign load (over {options.Foreign:F0} % of the proxy's core or {options.Foreign * 2:F0} % of the load's): {thrown} of {samples.Count} runs. A row marked * has no other runs and counts those."));
        Goals(text, samples);
        return text;
    }

    private static void Row(StringBuilder text, string job, int rate, string subject, Sample[] cell, Sample[] row, LoadOptions options)
    {
        Sample[] kept = Kept(row);
        string mark = kept.Length > 0 && kept[0].IsKept ? "" : " *";
        double Middle(Func<Sample, double> figure) => Report.Median(kept.Select(figure));
        string setup = FormattableString.Invariant($"{Middle(s => s.Calls.SetupP50):F0} / {Middle(s => s.Calls.SetupP99):F0} / {Middle(s => s.Calls.SetupP999):F0}");
        if (subject == "direct")
        {
            text.AppendLine(FormattableString.Invariant($"| {job} | {rate} | direct | | | | {setup} | | | | | |"));
            return;
        }

        double cpu = Middle(s => s.CpuPerCall);
        text.AppendLine(FormattableString.Invariant(
            $"| {job} | {rate} | {subject} | {cpu:F1} ({kept.Min(s => s.CpuPerCall):F1}–{kept.Max(s => s.CpuPerCall):F1}){mark} | {Ratio(cpu, cell, "floor")} | {Ratio(cpu, cell, "kamailio")} | {setup} | {kept.Sum(s => s.Calls.Failed + s.Calls.Unfinished)} | {kept.Sum(s => s.Calls.Retransmissions)} | {Middle(s => s.SwitchesPerCall):F1} | {Middle(s => s.IdleKiB) / 1024:F0}, {Middle(s => s.PeakKiB) / 1024:F0} | {kept.Length} of {options.Runs} |"));
    }

    /// <summary>Those that count: without foreign load, or all where there is none without.</summary>
    public static Sample[] Kept(Sample[] row) => row.Any(sample => sample.IsKept) ? [.. row.Where(sample => sample.IsKept)] : row;

    private static double Cpu(IEnumerable<Sample> samples, string subject) => Report.Median(Kept([.. samples.Where(sample => sample.Subject == subject)]).Select(sample => sample.CpuPerCall));

    private static string Ratio(double cpu, Sample[] cell, string subject)
    {
        double other = Cpu(cell, subject);
        return double.IsNaN(other) ? "–" : FormattableString.Invariant($"{cpu / other:F2}");
    }

    private static void Goals(StringBuilder text, IReadOnlyList<Sample> samples)
    {
        text.AppendLine().AppendLine("| goal | measured | |").AppendLine("|---|---|---|");
        foreach (var cell in samples.GroupBy(sample => (sample.Job, sample.Rate)))
        {
            (string job, int rate) = cell.Key;
            double parley = Cpu(cell, "parley"), floor = Cpu(cell, "floor"), kamailio = Cpu(cell, "kamailio");
            bool tcp = job.EndsWith("-tcp", StringComparison.Ordinal);
            if (!tcp && rate is 1000 or 2000 && job is "a" or "b")
                Goal(text, $"job {job} at {rate} calls/s against the floor", parley / floor, job == "a" ? 1.6 : 2.0);
            if (rate == 200)
                Goal(text, $"job {job} at 200 calls/s against Kamailio", parley / kamailio, 1.0);
            else if (tcp || job is "a" or "b")
                Goal(text, $"job {job} at {rate} calls/s against Kamailio", parley / kamailio, job == "a" ? 0.65 : 0.6);
            if (rate != 1000 || tcp)
                continue;
            double Setup(string subject, Func<CallFigures, double> figure) => Report.Median(Kept([.. cell.Where(s => s.Subject == subject)]).Select(s => figure(s.Calls)));
            Goal(text, $"job {job} at 1000 calls/s: setup time added, p50, µs", Setup("parley", c => c.SetupP50) - Setup("direct", c => c.SetupP50), 150);
            Goal(text, $"job {job} at 1000 calls/s: setup time added, p99, µs", Setup("parley", c => c.SetupP99) - Setup("direct", c => c.SetupP99), 1000);
        }
    }

    private static void Goal(StringBuilder text, string name, double measured, double limit)
    {
        if (!double.IsNaN(measured))
            text.AppendLine(FormattableString.Invariant($"| {name}: at most {limit} | {measured:0.##} | {(measured <= limit ? "reached" : "**not reached**")} |"));
    }
}
