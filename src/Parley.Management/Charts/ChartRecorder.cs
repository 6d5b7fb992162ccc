using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>
/// Keeps the last hour of calls in steps of five seconds, in a ring of fixed size (about 120 KB). A timer reads the counters that are there anyway; a call
/// adds one number, its setup time, to a bucket.
/// </summary>
internal sealed class ChartRecorder : IHostedService, IDisposable
{
    public const int Steps = 720;
    private const int MaxStatuses = 24;

    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly MetricsOptions _options;
    private readonly DialogStatistics? _statistics;
    private readonly IMeterFactory _meters;
    private readonly TimeProvider _time;
    private readonly SetupTimes _setup = new();
    private readonly ChartRing _calls = new();
    private readonly ChartRing _active = new();
    private readonly ChartRing _ratio = new();
    private readonly ChartRing _p50 = new();
    private readonly ChartRing _p95 = new();
    private readonly ChartRing _p99 = new();
    private readonly SortedDictionary<string, ChartRing> _failures = new(StringComparer.Ordinal);
    private readonly Dictionary<int, long> _failedBefore = [];
    private long _taken;
    private long _processed,
        _answered,
        _failed;
    private DateTimeOffset _now;
    private MeterListener? _listener;
    private ITimer? _timer;

    public ChartRecorder(MetricsOptions options, IDialogApi? dialogs, IMeterFactory meters, TimeProvider time)
    {
        (_options, _statistics, _meters, _time) = (options, dialogs?.Statistics, meters, time);
        _now = time.GetUtcNow();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_options.HasCharts || _statistics is null)
            return Task.CompletedTask;
        _now = _time.GetUtcNow();
        Remember(_statistics);
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, _meters) && instrument.Name == "sip.dialog.setup.duration")
                    listener.EnableMeasurementEvents(instrument, _setup);
            },
        };
        _listener.SetMeasurementEventCallback<double>(static (_, seconds, _, setup) => ((SetupTimes)setup!).Record(seconds));
        _listener.Start();
        _timer = _time.CreateTimer(static recorder => ((ChartRecorder)recorder!).Take(), this, s_step, s_step);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _listener?.Dispose();
    }

    /// <summary>A copy of what is kept.</summary>
    public ChartData Read()
    {
        lock (_lock)
        {
            int count = (int)Math.Min(_taken, Steps);
            var failures = new SortedDictionary<string, double?[]>(StringComparer.Ordinal);
            foreach ((string status, ChartRing ring) in _failures)
            {
                double?[] values = ring.Read(_taken);
                if (values.Any(static v => v is not null))
                    failures.Add(status, values);
            }

            return new ChartData
            {
                StepMs = (int)s_step.TotalMilliseconds,
                Start = _now - (count * s_step),
                CallsPerSecond = _calls.Read(_taken),
                Active = _active.Read(_taken),
                AnswerRatio = _ratio.Read(_taken),
                SetupP50Ms = _p50.Read(_taken),
                SetupP95Ms = _p95.Read(_taken),
                SetupP99Ms = _p99.Read(_taken),
                Failures = failures,
            };
        }
    }

    /// <summary>The step that has passed.</summary>
    private void Take()
    {
        DialogStatistics statistics = _statistics!;
        lock (_lock)
        {
            long processed = _processed,
                answered = _answered,
                failed = _failed;
            Remember(statistics);
            long outcomes = _answered - answered + _failed - failed;
            _setup.TakeStep();
            _calls.Write(_taken, (_processed - processed) / s_step.TotalSeconds);
            _active.Write(_taken, statistics.ActiveDialogs);
            _ratio.Write(_taken, outcomes <= 0 ? double.NaN : (_answered - answered) / (double)outcomes);
            _p50.Write(_taken, _setup.Percentile(0.5));
            _p95.Write(_taken, _setup.Percentile(0.95));
            _p99.Write(_taken, _setup.Percentile(0.99));
            TakeFailures(statistics);
            _now += s_step;
            _taken++;
            // A process that was stopped for a while, a clock that was set: the times on the axis go on from there.
            DateTimeOffset now = _time.GetUtcNow();
            if ((now - _now).Duration() > s_step)
                _now = now;
        }
    }

    private void Remember(DialogStatistics statistics)
    {
        _processed = statistics.ProcessedDialogs;
        _answered = statistics.AnsweredDialogs;
        _failed = statistics.FailedDialogs;
    }

    private void TakeFailures(DialogStatistics statistics)
    {
        foreach (ChartRing ring in _failures.Values)
            ring.Write(_taken, double.NaN);
        foreach ((int status, long count) in statistics.FailedByStatus())
        {
            long before = _failedBefore.GetValueOrDefault(status);
            if (count == before)
                continue;
            _failedBefore[status] = count;
            RingOf(status).Add(_taken, count - before);
        }
    }

    private ChartRing RingOf(int status)
    {
        string name = status == 0 ? "none" : status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (!_failures.ContainsKey(name) && _failures.Count >= MaxStatuses)
            name = $"{status / 100}xx";
        if (!_failures.TryGetValue(name, out ChartRing? ring))
            _failures.Add(name, ring = new ChartRing());
        return ring;
    }
}
