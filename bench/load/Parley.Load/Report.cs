using System.Text;
using System.Text.Json;

namespace Parley.Load;

/// <summary>A result as text for people and as JSON for programs, in bench/results.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public static void Write(Workshop workshop, LoadOptions options, string kind, Machine machine, object figures, StringBuilder table, bool isLast = true)
    {
        string name = options.Name ?? FormattableString.Invariant($"{kind}{(options.IsQuick ? "-quick" : "")}-{machine.At:yyyyMMdd-HHmm}"), path = Path.Combine(workshop.Results, name);
        table.Insert(0, $"# bench/load/{kind}\n\n{machine.Text}\n\n");
        File.WriteAllText(path + ".md", table.ToString());
        File.WriteAllText(path + ".json", JsonSerializer.Serialize(new { kind, machine, options, figures }, Json));
        if (!isLast)
            return;
        Console.WriteLine(table.ToString());
        Console.WriteLine($"Written to {path}.md and .json");
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
