namespace Parley.Load;

/// <summary>The samples of one job at one rate, of all subjects and both load generators.</summary>
/// <param name="Job">The job and transport.</param>
/// <param name="Rate">Calls per second.</param>
/// <param name="Samples">They, kept or not.</param>
internal sealed record RunCell(string Job, int Rate, IReadOnlyList<Sample> Samples)
{
    /// <summary>The load generator that counts for the CPU time.</summary>
    public const string CpuLoad = "sipp";

    /// <summary>The one that counts for the setup times.</summary>
    public const string SetupLoad = "calls";

    public static IEnumerable<RunCell> Of(IEnumerable<Sample> samples) =>
        samples.GroupBy(sample => (sample.Job, sample.Rate)).Select(cell => new RunCell(cell.Key.Job, cell.Key.Rate, [.. cell]));

    public IEnumerable<string> Subjects => Samples.Select(sample => sample.Subject).Distinct();

    /// <summary>Those that count: without foreign load, or all where there is none without.</summary>
    public static Sample[] Kept(Sample[] all) => all.Any(sample => sample.IsKept) ? [.. all.Where(sample => sample.IsKept)] : all;

    public Sample[] Kept(string subject, string load) =>
        Kept([.. Samples.Where(sample => sample.Subject == subject && sample.Load == load)]);

    /// <summary>The median of those that count; NaN where there are none.</summary>
    public double Middle(string subject, string load, Func<Sample, double> figure) => Report.Median(Kept(subject, load).Select(figure));

    public double Cpu(string subject, string load) => Middle(subject, load, sample => sample.CpuPerCall);

    public double Setup(string subject, Func<CallFigures, long?> figure) =>
        Middle(subject, SetupLoad, sample => figure(sample.Calls) ?? double.NaN);
}
