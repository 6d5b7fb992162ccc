namespace Parley.Management;

/// <summary>What an instrument measures.</summary>
internal enum MetricKind
{
    /// <summary>It only grows.</summary>
    Counter,

    /// <summary>It grows and shrinks by what is recorded.</summary>
    UpDownCounter,

    /// <summary>What was recorded last.</summary>
    Gauge,

    /// <summary>How many measurements fell between which bounds.</summary>
    Histogram,
}
