namespace Parley.Hosting;

/// <summary>Adds numbers to the statistics of an application that has a management interface. Register it in the services.</summary>
public interface IStatisticSource
{
    /// <summary>The statistics; asked for once, when the application starts.</summary>
    IEnumerable<Statistic> Statistics { get; }
}
