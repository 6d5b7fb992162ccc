using System.Text;
using System.Text.Json;

namespace Parley.Load;

/// <summary>A result as a table for people in bench/results, and as JSON for programs in artifacts/bench, which git leaves out.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public static void Write(
        Workshop workshop,
        LoadOptions options,
        string kind,
        Machine machine,
        object figures,
        StringBuilder table,
        bool isLast = true
    )
    {
        string name = options.Name ?? FormattableString.Invariant($"{kind}{(options.IsQuick ? "-quick" : "")}-{machine.At:yyyyMMdd-HHmm}");
        string path = Path.Combine(workshop.Results, name + ".md"),
            json = Path.Combine(workshop.Artifacts, name + ".json");
        table.Insert(0, $"# bench/load/{kind}\n\n{machine.Text}\n\n");
        File.WriteAllText(path, table.ToString());
        File.WriteAllText(
            json,
            JsonSerializer.Serialize(
                new
                {
                    kind,
                    machine,
                    options,
                    figures,
                },
                Json
            )
        );
        if (!isLast)
            return;
        Console.WriteLine(table.ToString());
        Console.WriteLine($"Written to {path} and {json}");
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
