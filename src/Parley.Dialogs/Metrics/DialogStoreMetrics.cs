using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Parley.Hosting;

namespace Parley.Dialogs;

/// <summary>Publishes how the store of dialogs does. Started after the store.</summary>
internal sealed class DialogStoreMetrics(Func<DialogPersistence> find, IMeterFactory? meters) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (meters is not null)
            Add(meters.Create(ParleyTelemetry.DialogMeter), find());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void Add(Meter meter, DialogPersistence persistence)
    {
        void Gauge(string name, Func<DialogStoreStatistics, long> read, string unit, string description) =>
            meter.CreateObservableGauge(name, () => read(persistence.Statistics), unit, description);
        void Counter(string name, Func<DialogStoreStatistics, long> read, string unit, string description) =>
            meter.CreateObservableCounter(name, () => read(persistence.Statistics), unit, description);

        Gauge("sip.dialog.store.queue.depth", static s => s.QueueDepth, "{row}", "Dialogs and call records whose write is still to come.");
        meter.CreateObservableGauge(
            "sip.dialog.store.queue.age",
            () => persistence.Statistics.OldestAge.TotalSeconds,
            "s",
            "How long the oldest of them waits."
        );
        Gauge("sip.dialog.store.available", static s => s.IsAvailable ? 1 : 0, "1", "1: the store took the last write.");
        Gauge(
            "sip.dialog.store.rows.aside",
            static s => s.RowsAside,
            "{row}",
            "Rows that the store refuses for themselves, tried again once a minute."
        );
        Gauge(
            "sip.dialog.store.journal.entries",
            static s => s.JournalEntries,
            "{entry}",
            "Entries in the journal that the store has not got yet."
        );
        Gauge("sip.dialog.store.journal.size", static s => s.JournalBytes, "By", "Bytes in the journal.");
        Counter("sip.dialog.store.writes", static s => s.Writes, "{write}", "Writes that succeeded.");
        Counter("sip.dialog.store.failures", static s => s.Failures, "{write}", "Writes that failed or took too long.");
        Counter("sip.dialog.store.journal.failures", static s => s.JournalFailures, "{write}", "Writes of the journal that failed.");
        Counter("sip.dialog.store.rows", static s => s.RowsWritten + s.RowsRemoved, "{row}", "Rows written or removed.");
        Counter("sip.dialog.store.records", static s => s.CallRecordsWritten, "{record}", "Call records written, intermediate ones too.");
        Counter("sip.dialog.store.holds", static s => s.Holds, "{response}", "Responses that waited for their row.");
        Counter(
            "sip.dialog.store.hold.timeouts",
            static s => s.HoldTimeouts,
            "{response}",
            "Of these: those that left before their row was durable."
        );
        Counter("sip.dialog.store.refused", static s => s.Refused, "{request}", "INVITEs refused because nothing could be made durable.");
    }
}
