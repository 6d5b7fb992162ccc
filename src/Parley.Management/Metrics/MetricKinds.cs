using System.Diagnostics.Metrics;

namespace Parley.Management;

/// <summary>The kind of an instrument, whatever the type of its numbers.</summary>
internal static class MetricKinds
{
    public static MetricKind Of(Instrument instrument)
    {
        Type type = instrument.GetType().IsGenericType ? instrument.GetType().GetGenericTypeDefinition() : instrument.GetType();
        if (type == typeof(Histogram<>))
            return MetricKind.Histogram;
        if (type == typeof(Counter<>) || type == typeof(ObservableCounter<>))
            return MetricKind.Counter;
        return type == typeof(UpDownCounter<>) || type == typeof(ObservableUpDownCounter<>) ? MetricKind.UpDownCounter : MetricKind.Gauge;
    }
}
