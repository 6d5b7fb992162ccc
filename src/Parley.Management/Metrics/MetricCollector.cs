using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>
/// Collects the application's instruments for <c>/metrics</c>. It listens from the first time that somebody asks: an application whose metrics nobody
/// reads records none.
/// </summary>
internal sealed class MetricCollector : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly Lock _lock = new();
    private readonly List<MetricFamily> _families = [];
    private readonly MetricsOptions _options;
    private readonly IMeterFactory _meters;
    private readonly ILogger _log;
    private readonly MeterListener _listener = new();
    private bool _isListening;
    private bool _hasFailed;

    public MetricCollector(MetricsOptions options, IMeterFactory meters, ILoggerFactory loggers)
    {
        (_options, _meters) = (options, meters);
        _log = loggers.CreateLogger("Parley.Management");
        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<decimal>(
            static (_, value, tags, state) => ((MetricFamily)state!).Record((double)value, tags)
        );
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
    }

    /// <summary>Measurements left out because their metric has too many series.</summary>
    public long Dropped
    {
        get
        {
            lock (_lock)
                return _families.Sum(static family => family.Dropped);
        }
    }

    /// <summary>Measures what observes, and writes all.</summary>
    public async Task WriteAsync(MetricText text, CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!_isListening)
            {
                _isListening = true;
                _listener.Start();
            }

            MetricFamily[] families = Families();
            foreach (MetricFamily family in families)
                family.Begin();
            Measure();
            Write(text, families);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _oneAtATime.Dispose();
    }

    private static void Write(MetricText text, MetricFamily[] families)
    {
        foreach (
            IGrouping<string, MetricFamily> group in families.GroupBy(static f => f.Name).OrderBy(static g => g.Key, StringComparer.Ordinal)
        )
        {
            MetricFamily first = group.First();
            text.Begin(first.Name, first.Type, first.Unit, first.Help);
            foreach (MetricFamily family in group)
            {
                // Samples of one name have one type; those of another are of no use to anybody.
                if (family.Type == first.Type)
                    family.Write(text, family == first ? "" : MetricText.Labels([new("otel.scope.name", family.Meter)]));
            }
        }

        text.End();
    }

    private MetricFamily[] Families()
    {
        lock (_lock)
            return [.. _families];
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to instruments of others: one that throws is left out.")]
    private void Measure()
    {
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (Exception error)
        {
            // Each instrument has been asked; those that threw have no samples this time.
            if (!_hasFailed)
                ManagementLog.MetricFailed(_log, error);
            _hasFailed = true;
        }
    }

    private void Publish(Instrument instrument, MeterListener listener)
    {
        // Other applications of this process have meters of the same names, from factories of their own.
        bool isOurs = ReferenceEquals(instrument.Meter.Scope, _meters);
        if (!isOurs && !_options.Meters.Contains(instrument.Meter.Name))
            return;
        var family = new MetricFamily(instrument, _options.MaxSeries);
        lock (_lock)
            _families.Add(family);
        listener.EnableMeasurementEvents(instrument, family);
    }
}
