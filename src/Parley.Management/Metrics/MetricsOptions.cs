namespace Parley.Management;

/// <summary>What the management side publishes of the application's numbers.</summary>
public sealed class MetricsOptions
{
    /// <summary><c>GET /metrics</c> is there. Nothing is collected before it is read for the first time.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>Meters of other libraries that <c>/metrics</c> has besides those of the application, by name: of .NET itself (memory, collections, CPU) by default.</summary>
    public IList<string> Meters { get; } = ["System.Runtime"];

    /// <summary>How many time series one metric may have, 1 or more; further ones are left out and counted by <c>parley.metrics.dropped</c>.</summary>
    public int MaxSeries { get; set; } = 2000;

    /// <summary>How long the page's charts reach back is fixed: an hour. False: nothing is kept for them, and <c>GET /api/v1/charts</c> is not there.</summary>
    public bool HasCharts { get; set; } = true;
}
