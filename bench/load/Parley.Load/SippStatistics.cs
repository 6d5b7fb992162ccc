using System.Globalization;

namespace Parley.Load;

/// <summary>A statistics file of SIPp's (-trace_stat): a line of column names, then a row each second and a last one when SIPp ends.</summary>
internal sealed class SippStatistics
{
    private readonly string[] _names;
    private readonly string[][] _rows;

    private SippStatistics(string[] names, string[][] rows) => (_names, _rows) = (names, rows);

    /// <summary>What SIPp wrote; null when it did not get so far.</summary>
    public static SippStatistics? Read(string file)
    {
        if (!File.Exists(file))
            return null;
        string[] lines = File.ReadAllLines(file);
        if (lines.Length < 2)
            return null;
        string[] names = lines[0].Split(';');
        // A row that SIPp was killed in the middle of has fewer fields.
        string[][] rows = [.. lines.Skip(1).Select(line => line.Split(';')).Where(row => row.Length >= names.Length)];
        return rows.Length > 0 ? new SippStatistics(names, rows) : null;
    }

    /// <summary>A counter as it stood at the end.</summary>
    public long Last(string name) => Long(_rows[^1], name);

    /// <summary>
    /// Calls per second that the caller began, up to the last row in which some were still to come: the rows behind it tell nothing of
    /// when the last call began. NaN where there is no such row, in runs of about a second.
    /// </summary>
    public double Offered(long calls)
    {
        string[]? row = _rows.LastOrDefault(row => Long(row, "TotalCallCreated") is > 0 and { } created && created < calls);
        return row is null ? double.NaN : Long(row, "TotalCallCreated") / (Seconds(row, "CurrentTime") - Seconds(row, "StartTime"));
    }

    private long Long(string[] row, string name) => long.Parse(Field(row, name), CultureInfo.InvariantCulture);

    // Date, time of day and seconds since 1970, with tabs between.
    private double Seconds(string[] row, string name) => double.Parse(Field(row, name).Split('\t')[^1], CultureInfo.InvariantCulture);

    private string Field(string[] row, string name)
    {
        int column = Array.IndexOf(_names, name);
        return column >= 0 ? row[column] : throw new InvalidOperationException($"SIPp's statistics have no column {name}");
    }
}
