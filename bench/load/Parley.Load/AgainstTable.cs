using System.Text;

namespace Parley.Load;

/// <summary>Two checkouts of Parley, measured in turn in one run: what a call of this one costs in terms of the other's.</summary>
internal static class AgainstTable
{
    public static void Write(StringBuilder text, IReadOnlyList<Sample> samples, string checkout, string revision)
    {
        text.AppendLine()
            .AppendLine(
                FormattableString.Invariant(
                    $"parley is this checkout, against is {checkout} at revision {revision}. The ratios are of medians and of the least runs, which others disturbed least; the least run of a subject to its median is what one run may be off."
                )
            );
        text.AppendLine()
            .AppendLine(
                "| job | calls/s | load | parley, µs | against, µs | ratio of medians | ratio of least | least / median: parley, against |"
            )
            .AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (RunCell cell in RunCell.Of(samples))
        {
            foreach (string load in new[] { RunCell.CpuLoad, RunCell.SetupLoad })
                Row(text, cell, load);
        }
    }

    private static void Row(StringBuilder text, RunCell cell, string load)
    {
        Sample[] ours = cell.Kept("parley", load),
            others = cell.Kept("against", load);
        if (ours.Length == 0 || others.Length == 0)
            return;
        double our = cell.Cpu("parley", load),
            other = cell.Cpu("against", load);
        double ourLeast = ours.Min(sample => sample.CpuPerCall),
            otherLeast = others.Min(sample => sample.CpuPerCall);
        text.AppendLine(
            FormattableString.Invariant(
                $"| {cell.Job} | {cell.Rate} | {load} | {our:F1} | {other:F1} | {our / other:F3} | {ourLeast / otherLeast:F3} | {ourLeast / our:F2}, {otherLeast / other:F2} |"
            )
        );
    }
}
