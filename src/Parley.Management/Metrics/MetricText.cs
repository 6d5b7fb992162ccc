using System.Buffers;
using System.Globalization;
using System.Text;

namespace Parley.Management;

/// <summary>Writes text format 0.0.4 of Prometheus, or OpenMetrics 1.0.0, into a buffer.</summary>
internal sealed class MetricText(bool isOpenMetrics)
{
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);

    public int Length => _buffer.WrittenCount;

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>The lines before the samples of a metric.</summary>
    /// <param name="name">Its name, of a counter without <c>_total</c>.</param>
    /// <param name="type">counter, gauge or histogram.</param>
    /// <param name="unit">Its unit in words; empty for none.</param>
    /// <param name="help">What it is.</param>
    public void Begin(string name, string type, string unit, string help)
    {
        // In the old format a metric is called as its samples are.
        string called = isOpenMetrics || type != "counter" ? name : name + "_total";
        if (help.Length > 0)
        {
            Write("# HELP ");
            Write(called);
            Write(" ");
            Escape(help, withQuotes: isOpenMetrics);
            Write("\n");
        }

        Write($"# TYPE {called} {type}\n");
        if (isOpenMetrics && unit.Length > 0 && name.EndsWith("_" + unit, StringComparison.Ordinal))
            Write($"# UNIT {called} {unit}\n");
    }

    /// <summary>One sample.</summary>
    /// <param name="name">The name of the metric.</param>
    /// <param name="suffix">What comes behind it: <c>_total</c>, <c>_bucket</c>, <c>_sum</c>, <c>_count</c> or nothing.</param>
    /// <param name="labels">The labels, written; empty for none.</param>
    /// <param name="bound">The upper bound of a bucket; null for no bucket.</param>
    /// <param name="value">The value.</param>
    public void Sample(string name, string suffix, string labels, double? bound, double value)
    {
        Write(name);
        Write(suffix);
        if (labels.Length > 0 || bound is not null)
        {
            Write("{");
            Write(labels);
            if (bound is { } upper)
            {
                Write(labels.Length > 0 ? ",le=\"" : "le=\"");
                Write(Number(upper, withPoint: isOpenMetrics));
                Write("\"");
            }

            Write("}");
        }

        Write(" ");
        Write(Number(value, withPoint: false));
        Write("\n");
    }

    public void End()
    {
        if (isOpenMetrics)
            Write("# EOF\n");
    }

    /// <summary>The labels of a series: names cleaned, values escaped, in the order of the names.</summary>
    public static string Labels(IEnumerable<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        string last = "";
        foreach (
            (string name, object? value) in tags.Select(static t => (MetricName.Clean(t.Key, isLabel: true), t.Value))
                .OrderBy(static t => t.Item1, StringComparer.Ordinal)
        )
        {
            // An attribute without a value is none; two whose names become one would be no text that a reader takes.
            if (value is null || name == last)
                continue;
            last = name;
            if (text.Length > 0)
                text.Append(',');
            text.Append(name).Append("=\"");
            foreach (char c in Text(value))
                _ = c switch
                {
                    '\\' => text.Append("\\\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append("\\n"),
                    _ => text.Append(c),
                };
            text.Append('"');
        }

        return text.ToString();
    }

    private static string Text(object value) =>
        value switch
        {
            string text => text,
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };

    private static string Number(double value, bool withPoint)
    {
        if (double.IsPositiveInfinity(value))
            return "+Inf";
        if (double.IsNegativeInfinity(value))
            return "-Inf";
        if (double.IsNaN(value))
            return "NaN";
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return withPoint && text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text;
    }

    private void Escape(string text, bool withQuotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        Write(withQuotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text);
    }

    // Half a surrogate pair becomes U+FFFD: the text is always UTF-8.
    private void Write(string text) => Encoding.UTF8.GetBytes(text, _buffer);
}
