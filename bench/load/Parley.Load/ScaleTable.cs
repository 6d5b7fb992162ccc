using System.Text;

namespace Parley.Load;

/// <summary>The samples of bench/load/scale as tables.</summary>
internal static class ScaleTable
{
    public static StringBuilder Of(IReadOnlyList<ScaleSample> samples, IReadOnlyList<ScaleAxis> axes, LoadOptions options)
    {
        StringBuilder text = new();
        text.AppendLine(
            FormattableString.Invariant(
                $"Parley, job b, UDP, on one core, the load on another: CPU µs per call (user + system, from the first call to {options.Tail} s after the last) at {ScaleCommand.LoadRate} calls/s, calls of 0.5 s for {options.Seconds} s; median of {options.Runs} alternating runs (least–most). Every process was warmed up with {options.Warm} s at 1,000 calls/s; what stands was set up at {options.Rate} calls/s. Message bytes: the average of what caller and callee sent."
            )
        );
        foreach (ScaleAxis axis in axes.Where(axis => samples.Any(sample => sample.Axis == axis.Name)))
        {
            PlotPoint[] points = [.. Points(samples, axis)];
            text.AppendLine().AppendLine(FormattableString.Invariant($"## {axis.Title}")).AppendLine();
            text.AppendLine(
                    FormattableString.Invariant(
                        $"| {axis.Unit} | CPU µs per call | x the first | message bytes | setup p50 / p99 | failed | sent again | unexpected | runs |"
                    )
                )
                .AppendLine("|---|---|---|---|---|---|---|---|---|");
            foreach (PlotPoint point in points)
            {
                Sample[] all = Runs(samples, axis, (int)point.X),
                    kept = RunCell.Kept(all);
                string mark = point.IsDisturbed ? " *" : "";
                text.AppendLine(
                    FormattableString.Invariant(
                        $"| {ScaleAxis.Text((int)point.X)} | {point.Median:F1} ({point.Least:F1}–{point.Most:F1}){mark} | {point.Median / points[0].Median:F2} | {Report.Median(kept.Select(s => (double)s.Calls.MessageBytes)):F0} | {Report.Median(kept.Select(s => (double?)s.Calls.SetupP50 ?? double.NaN)):F0} / {Report.Median(kept.Select(s => (double?)s.Calls.SetupP99 ?? double.NaN)):F0} | {all.Sum(s => s.Calls.Failed + s.Calls.Unfinished)} | {all.Sum(s => s.Calls.Retransmissions)} | {all.Sum(s => s.Calls.Unexpected)} | {kept.Length} of {options.Runs} |"
                    )
                );
            }

            text.AppendLine().AppendLine(Growth(axis, points));
        }

        int thrown = samples.Count(sample => !sample.Sample.IsKept);
        text.AppendLine()
            .AppendLine(
                FormattableString.Invariant(
                    $"Thrown away for foreign load (over {options.Foreign:F0} % of the proxy's core or {options.Foreign * 2:F0} % of the load's): {thrown} of {samples.Count} runs. A row marked * has no other runs and counts those. Failed, sent again and unexpected count all runs."
                )
            );
        return text;
    }

    /// <summary>Median and spread of the runs at each point.</summary>
    public static IReadOnlyList<PlotPoint> Points(IReadOnlyList<ScaleSample> samples, ScaleAxis axis) =>
        [
            .. from point in axis.Points
            let kept = RunCell.Kept(Runs(samples, axis, point))
            where kept.Length > 0
            let cost = kept.Select(sample => sample.CpuPerCall).ToArray()
            select new PlotPoint(point, Report.Median(cost), cost.Min(), cost.Max(), !kept[0].IsKept),
        ];

    /// <summary>In words: what more a unit costs, by least squares, or how the last point compares with the first.</summary>
    public static string Growth(ScaleAxis axis, IReadOnlyList<PlotPoint> points)
    {
        if (axis.PerUnit == 0 || points.Count < 2)
            return FormattableString.Invariant(
                $"{ScaleAxis.Text((int)points[^1].X)} against {ScaleAxis.Text((int)points[0].X)}: {(points[^1].Median / points[0].Median - 1) * 100:+0.0;-0.0;0.0} %"
            );
        double x = points.Average(point => point.X),
            y = points.Average(point => point.Median);
        double slope = points.Sum(point => (point.X - x) * (point.Median - y)) / points.Sum(point => (point.X - x) * (point.X - x));
        return FormattableString.Invariant(
            $"Straight line through the points: {y - (slope * x):F0} µs and {slope * axis.PerUnit:F1} µs per {(axis.PerUnit == 1 ? "entry" : ScaleAxis.Text(axis.PerUnit) + " bytes")}"
        );
    }

    /// <summary>Messages and calls that did not go as they should.</summary>
    public static long Faults(CallFigures calls) => calls.Failed + calls.Unfinished + calls.Retransmissions + calls.Unexpected;

    private static Sample[] Runs(IEnumerable<ScaleSample> samples, ScaleAxis axis, int point) =>
        [.. samples.Where(sample => sample.Axis == axis.Name && sample.Point == point).Select(sample => sample.Sample)];
}
