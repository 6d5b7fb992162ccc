using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Parley.Hosting;

namespace Parley.Dialogs;

/// <summary>Publishes dialogs, their times, pings and profiles. Made when the application starts.</summary>
internal sealed class DialogMetrics(DialogModule module, IMeterFactory? meters) : IHostedService
{
    // Seconds. Setup: networks and gateways answer within 10 s or not at all (RFC 6076 4.3.1 is about these delays).
    private static readonly InstrumentAdvice<double> s_setup = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 10, 20],
    };

    // Seconds. Answer: people take a while, and timer C ends it after three minutes.
    private static readonly InstrumentAdvice<double> s_answer = new()
    {
        HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180],
    };

    // Seconds, from a call that is cut at once to twelve hours.
    private static readonly InstrumentAdvice<double> s_duration = new()
    {
        HistogramBucketBoundaries = [1, 5, 10, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14400, 43200],
    };

    private static readonly (DialogState State, KeyValuePair<string, object?> Tag)[] s_states =
    [
        (DialogState.Unconfirmed, new("sip.dialog.state", "unconfirmed")),
        (DialogState.Early, new("sip.dialog.state", "early")),
        (DialogState.ConfirmedNoAck, new("sip.dialog.state", "confirmed_no_ack")),
        (DialogState.Confirmed, new("sip.dialog.state", "confirmed")),
        (DialogState.Deleted, new("sip.dialog.state", "deleted")),
    ];

    private readonly DialogStatistics _statistics = module.Statistics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (meters is null)
            return Task.CompletedTask;
        Meter meter = meters.Create(ParleyTelemetry.DialogMeter);
        AddCounts(meter);
        AddTimes(meter);
        AddPings(meter);
        new ProfileMetrics(module.Profiles, module.Options).AddTo(meter);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void AddCounts(Meter meter)
    {
        meter.CreateObservableUpDownCounter(
            "sip.dialog.count",
            () => s_states.Select(s => new Measurement<long>(_statistics.CountOf(s.State), s.Tag)),
            "{dialog}",
            "Dialogs by state; deleted: over, kept for a while for late requests."
        );
        meter.CreateObservableCounter("sip.dialog.created", () => _statistics.ProcessedDialogs, "{dialog}", "Dialogs created.");
        meter.CreateObservableCounter("sip.dialog.answered", () => _statistics.AnsweredDialogs, "{dialog}", "Dialogs answered by a 2xx.");
        meter.CreateObservableCounter(
            "sip.dialog.failed",
            () =>
                _statistics
                    .FailedByStatus()
                    .Select(static f => new Measurement<long>(
                        f.Value,
                        new KeyValuePair<string, object?>("sip.response.status_code", f.Key)
                    )),
            "{dialog}",
            "Dialogs that ended without an answer, by the status that the caller got; 0: none is known."
        );
        meter.CreateObservableCounter(
            "sip.dialog.expired",
            () => _statistics.ExpiredDialogs,
            "{dialog}",
            "Dialogs that outlived their lifetime."
        );
        meter.CreateObservableCounter(
            "sip.dialog.refused",
            () => _statistics.RefusedRequests,
            "{request}",
            "Requests with a To tag that were not let pass, dropped ACKs among them."
        );
        meter.CreateObservableCounter(
            "sip.dialog.notifications.dropped",
            () => _statistics.DroppedNotifications,
            "{notification}",
            "Moments that an asynchronous handler did not get, since too many waited."
        );
    }

    private void AddTimes(Meter meter)
    {
        module.Times.Setup = meter.CreateHistogram(
            "sip.dialog.setup.duration",
            "s",
            "From the INVITE to the first response that says more than 100, of calls that ring or are answered (RFC 6076 4.3.1).",
            tags: null,
            s_setup
        );
        module.Times.Answer = meter.CreateHistogram("sip.dialog.answer.duration", "s", "From the INVITE to its 2xx.", tags: null, s_answer);
        module.Times.Duration = meter.CreateHistogram(
            "sip.dialog.duration",
            "s",
            "From the 2xx to the end of the call.",
            tags: null,
            s_duration
        );
    }

    private void AddPings(Meter meter)
    {
        meter.CreateObservableCounter(
            "sip.dialog.pings",
            () =>
                (IEnumerable<Measurement<long>>)
                    [
                        new(_statistics.PingsSent, new KeyValuePair<string, object?>("sip.ping.outcome", "sent")),
                        new(_statistics.PingsAnswered, new KeyValuePair<string, object?>("sip.ping.outcome", "answered")),
                        new(_statistics.PingsMissed, new KeyValuePair<string, object?>("sip.ping.outcome", "missed")),
                    ],
            "{ping}",
            "OPTIONS and re-INVITEs that ask whether a party is there: sent, answered, without an answer."
        );
        meter.CreateObservableCounter(
            "sip.dialog.ping.failures",
            () => _statistics.PingsFailed,
            "{leg}",
            "Legs that were ended because their pings failed."
        );
    }
}
