using System.Text;

namespace Parley.Load;

/// <summary>The goals of a run, reached or not: the CPU time by SIPp's load, setup times by that of bench/load/calls.</summary>
internal static class RunGoals
{
    public static void Write(StringBuilder text, IReadOnlyList<Sample> samples)
    {
        text.AppendLine().AppendLine("| goal | measured | |").AppendLine("|---|---|---|");
        foreach (RunCell cell in RunCell.Of(samples))
            Cell(text, cell);
    }

    private static void Cell(StringBuilder text, RunCell cell)
    {
        (string job, int rate) = (cell.Job, cell.Rate);
        double parley = cell.Cpu("parley", RunCell.CpuLoad),
            floor = cell.Cpu("floor", RunCell.CpuLoad),
            kamailio = cell.Cpu("kamailio", RunCell.CpuLoad);
        bool tcp = job.EndsWith("-tcp", StringComparison.Ordinal);
        if (!tcp && rate is 1000 or 2000 && job is "a" or "b")
            Goal(text, $"job {job} at {rate} calls/s against the floor", parley / floor, job == "a" ? 1.6 : 2.0);
        if (rate == 200)
            Goal(text, $"job {job} at 200 calls/s against Kamailio", parley / kamailio, 1.0);
        else if (tcp || job is "a" or "b")
            Goal(text, $"job {job} at {rate} calls/s against Kamailio", parley / kamailio, job == "a" ? 0.65 : 0.6);
        if (rate != 1000 || tcp)
            return;
        Goal(text, $"job {job} at 1000 calls/s: setup time added, p50, µs", Added(cell, calls => calls.SetupP50), 150);
        Goal(text, $"job {job} at 1000 calls/s: setup time added, p99, µs", Added(cell, calls => calls.SetupP99), 1000);
    }

    private static double Added(RunCell cell, Func<CallFigures, long?> figure) =>
        cell.Setup("parley", figure) - cell.Setup("direct", figure);

    private static void Goal(StringBuilder text, string name, double measured, double limit)
    {
        if (!double.IsNaN(measured))
            text.AppendLine(
                FormattableString.Invariant(
                    $"| {name}: at most {limit} | {measured:0.##} | {(measured <= limit ? "reached" : "**not reached**")} |"
                )
            );
    }
}
