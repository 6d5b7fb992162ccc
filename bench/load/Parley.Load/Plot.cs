using System.Globalization;
using System.Text;

namespace Parley.Load;

/// <summary>A plot as SVG: x by powers, y from zero, so that flat looks flat. It has its own ground and colours for light and dark.</summary>
internal static class Plot
{
    private const double Width = 760,
        Height = 380,
        Left = 64,
        Right = 28,
        Top = 76,
        Bottom = 78;

    private const string Style = """
        .ground{fill:#fff}.grid{stroke:#e3e6ea}.axis{stroke:#8b949e}.line{stroke:#0b66c3;fill:none;stroke-width:2}.spread{stroke:#0b66c3;stroke-width:1.5;opacity:.6}
        .dot{fill:#0b66c3;stroke:#fff;stroke-width:1.5}text{font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;font-size:13px;fill:#4b5560}
        .hollow{fill:#fff;stroke:#0b66c3;stroke-width:2}.title{font-size:17px;font-weight:600;fill:#1a2027}.value{font-weight:600;fill:#1a2027}.small{font-size:11px}
        @media(prefers-color-scheme:dark){.ground{fill:#11161c}.grid{stroke:#272e37}.axis{stroke:#6b7580}.line,.spread{stroke:#5fb0ff}.dot{fill:#5fb0ff;stroke:#11161c}.hollow{fill:#11161c;stroke:#5fb0ff}
        text{fill:#aab4bf}.title,.value{fill:#f0f3f6}}
        """;

    public static string Of(ScaleAxis axis, IReadOnlyList<PlotPoint> points, Machine machine, LoadOptions options)
    {
        StringBuilder svg = new();
        string growth = ScaleTable.Growth(axis, points),
            runs = options.Runs == 1 ? "one run" : FormattableString.Invariant($"median of {options.Runs} runs, bars from least to most");
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" role="img" aria-labelledby="title about">"""
        );
        svg.AppendLine(CultureInfo.InvariantCulture, $"<title id=\"title\">CPU µs per call against {axis.Title}</title>");
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<desc id=\"about\">{string.Join("; ", points.Select(point => FormattableString.Invariant($"{ScaleAxis.Text((int)point.X)}: {point.Median:F1}")))}. {growth}.</desc>"
        );
        svg.AppendLine(CultureInfo.InvariantCulture, $"<style>{Style}</style>");
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<rect class="ground" width="{Width}" height="{Height}" rx="8"/>""");
        Text(svg, Left - 40, 32, "title", "start", $"CPU µs per call against {axis.Title}");
        Text(svg, Left - 40, 53, "", "start", growth);

        double step = Step(points.Max(point => point.Most)),
            most = Math.Ceiling(points.Max(point => point.Most) * 1.08 / step) * step;
        double Y(double value) => Height - Bottom - (value / most * (Height - Top - Bottom));
        for (double tick = 0; tick <= most + (step / 2); tick += step)
        {
            svg.AppendLine(
                FormattableString.Invariant(
                    $"""<line class="{(tick == 0 ? "axis" : "grid")}" x1="{Left}" x2="{Width - Right}" y1="{Y(tick):F1}" y2="{Y(tick):F1}"/>"""
                )
            );
            Text(svg, Left - 10, Y(tick) + 4.5, "", "end", ScaleAxis.Text((int)tick));
        }

        // Zero has no logarithm: it stands before the first power, behind a break of the axis.
        double[] at = [.. points.Select(point => Math.Log10(Math.Max(point.X, 1)))];
        if (points.Count > 1 && points[0].X == 0)
            at[0] = at[1] - 1;
        double first = at[0],
            range = Math.Max(at[^1] - first, 1e-9),
            inner = 34;
        double X(int i) => Left + inner + ((at[i] - first) / range * (Width - Left - Right - (2 * inner)));
        if (points.Count > 1 && points[0].X == 0)
        {
            double middle = (X(0) + X(1)) / 2,
                axisAt = Y(0);
            svg.AppendLine(
                FormattableString.Invariant(
                    $"""<path class="ground" d="M{middle - 5:F1} {axisAt - 6:F1}h10v12h-10z"/><path class="axis" fill="none" d="M{middle - 7:F1} {axisAt + 6:F1}l5 -12m4 12l5 -12"/>"""
                )
            );
        }

        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<polyline class=\"line\" points=\"{string.Join(' ', points.Select((point, i) => FormattableString.Invariant($"{X(i):F1},{Y(point.Median):F1}")))}\"/>"
        );
        for (int i = 0; i < points.Count; i++)
        {
            PlotPoint point = points[i];
            double x = X(i),
                low = Y(point.Least),
                high = Y(point.Most);
            if (point.Most > point.Least)
                svg.AppendLine(
                    FormattableString.Invariant(
                        $"""<path class="spread" fill="none" d="M{x - 5:F1} {low:F1}h10m-5 0V{high:F1}m-5 0h10"/>"""
                    )
                );
            svg.AppendLine(
                FormattableString.Invariant(
                    $"""<circle class="{(point.IsDisturbed ? "dot hollow" : "dot")}" cx="{x:F1}" cy="{Y(point.Median):F1}" r="4.5"/>"""
                )
            );
            Text(svg, x, high - 11, "value", "middle", FormattableString.Invariant($"{point.Median:F0}"));
            Text(svg, x, Height - Bottom + 20, "", "middle", ScaleAxis.Text((int)point.X));
        }

        Text(svg, (Left + Width - Right) / 2, Height - Bottom + 41, "", "middle", axis.Unit);
        if (points.Any(point => point.IsDisturbed))
            Text(svg, Width - Right, 53, "small", "end", "hollow: only runs under foreign load");
        Text(
            svg,
            Width - Right,
            Height - 14,
            "small",
            "end",
            FormattableString.Invariant(
                $"Parley {machine.Revision}, job b, UDP, {ScaleAxis.Text(ScaleCommand.LoadRate)} calls/s for {options.Seconds} s, {runs}; {machine.Processor}, {machine.At:yyyy-MM-dd}"
            )
        );
        return svg.AppendLine("</svg>").ToString();
    }

    private static void Text(StringBuilder svg, double x, double y, string kind, string anchor, string text) =>
        svg.AppendLine(
            FormattableString.Invariant(
                $"""<text x="{x:F1}" y="{y:F1}"{(kind.Length > 0 ? $" class=\"{kind}\"" : "")} text-anchor="{anchor}">{System.Security.SecurityElement.Escape(text)}</text>"""
            )
        );

    // 1, 2 or 5 times a power of ten, for four to seven lines.
    private static double Step(double most)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(most, 10) / 4)));
        return new[] { 1, 2, 5, 10 }.Select(factor => factor * power).First(step => most / step <= 6);
    }
}
