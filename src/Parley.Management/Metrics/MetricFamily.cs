using System.Diagnostics.Metrics;

namespace Parley.Management;

/// <summary>One instrument: its name, and its series by attributes. Many threads record, one writes it out.</summary>
internal sealed class MetricFamily
{
    private const int Places = 256;

    private static readonly double[] s_standardBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    private readonly Lock _lock = new();
    private readonly MetricSeries?[] _series = new MetricSeries?[Places];
    private readonly MetricKind _kind;
    private readonly double[]? _bounds;
    private readonly int _maxSeries;
    private int _count;
    private long _dropped;

    public MetricFamily(Instrument instrument, int maxSeries)
    {
        _kind = MetricKinds.Of(instrument);
        _maxSeries = maxSeries;
        if (_kind == MetricKind.Histogram)
            _bounds = BoundsOf(instrument);
        Name = MetricName.Of(instrument);
        Unit = MetricName.UnitOf(instrument.Unit);
        Help = instrument.Description ?? "";
        Meter = instrument.Meter.Name;
        IsObservable = instrument.IsObservable;
    }

    public string Name { get; }

    public string Unit { get; }

    public string Help { get; }

    /// <summary>The meter's name.</summary>
    public string Meter { get; }

    public bool IsObservable { get; }

    /// <summary>The type of Prometheus.</summary>
    public string Type =>
        _kind switch
        {
            MetricKind.Histogram => "histogram",
            MetricKind.Counter => "counter",
            _ => "gauge",
        };

    /// <summary>Measurements left out because there are too many series.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        MetricSeries? series = Find(tags);
        if (series is null)
            Interlocked.Increment(ref _dropped);
        else if (_kind == MetricKind.Histogram)
            series.Record(value);
        else if (IsObservable || _kind == MetricKind.Gauge)
            series.Set(value);
        else
            series.Add(value);
    }

    /// <summary>What observes is about to be measured: a series that is not measured now is gone.</summary>
    public void Begin()
    {
        if (!IsObservable)
            return;
        // Series come and go (values of profiles): the table begins anew, so that those that are gone take no place.
        lock (_lock)
        {
            Array.Clear(_series);
            _count = 0;
        }
    }

    /// <summary>Writes the samples.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="scope">A label with the meter's name, where two meters have an instrument of one name; else empty.</param>
    public void Write(MetricText text, string scope)
    {
        foreach (MetricSeries? first in _series)
        {
            for (MetricSeries? series = first; series is not null; series = series.Next)
            {
                string labels =
                    scope.Length == 0 ? series.Labels
                    : series.Labels.Length == 0 ? scope
                    : $"{scope},{series.Labels}";
                if (_kind == MetricKind.Histogram)
                    series.WriteHistogram(text, Name, labels);
                else
                    text.Sample(Name, _kind == MetricKind.Counter ? "_total" : "", labels, null, series.Value);
            }
        }
    }

    /// <summary>Null: there are too many.</summary>
    private MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        ref MetricSeries? first = ref _series[PlaceOf(tags)];
        for (MetricSeries? series = Volatile.Read(ref first); series is not null; series = series.Next)
        {
            if (series.Has(tags))
                return series;
        }

        lock (_lock)
        {
            for (MetricSeries? series = first; series is not null; series = series.Next)
            {
                if (series.Has(tags))
                    return series;
            }

            if (_count >= _maxSeries)
                return null;
            _count++;
            var made = new MetricSeries(tags, _bounds) { Next = first };
            Volatile.Write(ref first, made);
            return made;
        }
    }

    private static int PlaceOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        int hash = 17;
        foreach (KeyValuePair<string, object?> tag in tags)
            hash = (hash * 31) + (tag.Value?.GetHashCode() ?? 0);
        return (hash ^ (hash >> 8)) & (Places - 1);
    }

    private static double[] BoundsOf(Instrument instrument) =>
        instrument switch
        {
            Instrument<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
            Instrument<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static b => (double)b)],
            Instrument<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static b => (double)b)],
            _ => s_standardBounds,
        };
}
