using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace Parley.Registrar;

/// <summary>Publishes registrations and how their store does. Made when the application starts.</summary>
internal sealed class RegistrarMetrics(
    LocationTable? table,
    SipRegistrar? registrar,
    LocationPersistence? persistence,
    IMeterFactory? meters
) : IHostedService
{
    private const string Name = "Parley.Registrar";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (meters is null || table is null)
            return Task.CompletedTask;
        Meter meter = meters.Create(Name);
        meter.CreateObservableUpDownCounter(
            "sip.registration.count",
            () => (long)table.BindingCount,
            "{contact}",
            "Contacts that are registered."
        );
        meter.CreateObservableUpDownCounter(
            "sip.registration.addresses",
            () => (long)table.AddressCount,
            "{address}",
            "Addresses of record with a contact."
        );
        if (registrar is not null)
            AddRequests(meter, registrar);
        if (persistence is not null)
            AddStore(meter, persistence);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void AddRequests(Meter meter, SipRegistrar registrar) =>
        meter.CreateObservableCounter(
            "sip.registration.requests",
            () =>
                (IEnumerable<Measurement<long>>)
                    [
                        new(registrar.AcceptedRegistrations, new KeyValuePair<string, object?>("sip.registration.outcome", "accepted")),
                        new(registrar.RejectedRegistrations, new KeyValuePair<string, object?>("sip.registration.outcome", "rejected")),
                    ],
            "{request}",
            "REGISTERs answered by a 2xx (accepted) and by anything else (rejected)."
        );

    private static void AddStore(Meter meter, LocationPersistence persistence)
    {
        meter.CreateObservableGauge(
            "sip.registration.store.queue.depth",
            () => (long)persistence.Statistics.QueueDepth,
            "{contact}",
            "Contacts whose row has to be written or removed."
        );
        meter.CreateObservableGauge(
            "sip.registration.store.queue.age",
            () => persistence.Statistics.QueueAge.TotalSeconds,
            "s",
            "How long the oldest of them waits."
        );
        meter.CreateObservableGauge(
            "sip.registration.store.available",
            () => persistence.Statistics.IsAvailable ? 1L : 0L,
            "1",
            "1: the store took the last write."
        );
        meter.CreateObservableCounter(
            "sip.registration.store.writes",
            () => persistence.Statistics.Batches,
            "{write}",
            "Transactions that succeeded."
        );
        meter.CreateObservableCounter(
            "sip.registration.store.failures",
            () => persistence.Statistics.Failures,
            "{write}",
            "Writes that failed or took too long."
        );
        meter.CreateObservableGauge(
            "sip.registration.store.journal.size",
            () => persistence.Statistics.JournalBytes,
            "By",
            "Bytes in the journal."
        );
    }
}
