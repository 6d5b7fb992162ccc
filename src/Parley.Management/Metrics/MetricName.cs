using System.Diagnostics.Metrics;
using System.Text;

namespace Parley.Management;

/// <summary>The names of Prometheus for the names and units of OpenTelemetry (its specification "Prometheus and OpenMetrics Compatibility").</summary>
internal static class MetricName
{
    /// <summary>The name of an instrument without the <c>_total</c> of a counter: dots become underscores, the unit is appended where the name does not end in it.</summary>
    public static string Of(Instrument instrument)
    {
        string name = Clean(instrument.Name, isLabel: false);
        string unit = UnitOf(instrument.Unit);
        if (name.EndsWith("_total", StringComparison.Ordinal))
            name = name[..^6];
        return unit.Length == 0 || name.EndsWith("_" + unit, StringComparison.Ordinal) ? name : $"{name}_{unit}";
    }

    /// <summary>The unit as a word; empty for none and for what is counted, which OpenTelemetry writes in braces.</summary>
    public static string UnitOf(string? unit) =>
        unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "us" => "microseconds",
            "ns" => "nanoseconds",
            "min" => "minutes",
            "h" => "hours",
            "d" => "days",
            "By" => "bytes",
            "KiBy" => "kibibytes",
            "MiBy" => "mebibytes",
            "GiBy" => "gibibytes",
            "KBy" => "kilobytes",
            "MBy" => "megabytes",
            "GBy" => "gigabytes",
            "Hz" => "hertz",
            "%" => "percent",
            null or "" or "1" => "",
            _ when unit[0] == '{' => "",
            _ => Clean(unit, isLabel: true).Trim('_'),
        };

    /// <summary>What may stand in a name: letters, digits, underscores, and a colon in that of a metric; the first is no digit.</summary>
    public static string Clean(string text, bool isLabel)
    {
        var clean = new StringBuilder(text.Length + 1);
        foreach (char c in text)
        {
            bool isAllowed = char.IsAsciiLetterOrDigit(c) || c == '_' || (c == ':' && !isLabel);
            if (clean.Length == 0 && char.IsAsciiDigit(c))
                clean.Append('_');
            if (isAllowed)
                clean.Append(c);
            else if (clean.Length == 0 || clean[^1] != '_')
                clean.Append('_');
        }

        return clean.Length == 0 ? "_" : clean.ToString();
    }
}
