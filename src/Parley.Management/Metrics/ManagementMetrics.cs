using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.Hosting;
using Parley.Hosting;
using Parley.Transport;

namespace Parley.Management;

/// <summary>Publishes what belongs to no floor: version and start, the log, the kernel's queues, the metrics themselves.</summary>
internal sealed class ManagementMetrics(ParleyApplication application, MetricCollector collector, ConsoleLog? log, IMeterFactory meters)
    : IHostedService
{
    private static readonly string s_version =
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Meter meter = meters.Create("Parley.Management");
        double started = application.Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        meter.CreateObservableGauge(
            "parley.build.info",
            static () => new Measurement<long>(1, new KeyValuePair<string, object?>("version", s_version)),
            unit: null,
            "1; its attribute is the version of the program."
        );
        meter.CreateObservableGauge("parley.start.time", () => started, "s", "When the application started, seconds of unix time.");
        meter.CreateObservableGauge(
            "parley.draining",
            () => application.IsDraining ? 1L : 0L,
            unit: null,
            "1 while new INVITEs get 503 because the application is about to stop."
        );
        meter.CreateObservableUpDownCounter(
            "sip.socket.queue",
            Queues,
            "By",
            "Bytes that wait in the receive queues of the listeners' sockets. Linux only."
        );
        meter.CreateObservableCounter(
            "parley.metrics.dropped",
            () => collector.Dropped,
            "{measurement}",
            "Measurements that /metrics left out because their metric had too many series."
        );
        if (log is not null)
            AddLog(meter, log);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void AddLog(Meter meter, ConsoleLog log) =>
        meter.CreateObservableCounter(
            "parley.log.lines",
            () =>
                (IEnumerable<Measurement<long>>)
                    [
                        new(log.LinesWritten, new KeyValuePair<string, object?>("outcome", "written")),
                        new(log.LinesDropped, new KeyValuePair<string, object?>("outcome", "dropped")),
                        new(log.EventsLeftOut, new KeyValuePair<string, object?>("outcome", "left_out")),
                    ],
            "{line}",
            "Lines of the log: written, dropped because standard output was not read, left out because they repeat."
        );

    private IEnumerable<Measurement<long>> Queues()
    {
        foreach (SipProtocol protocol in application.Transport.Listeners.Select(static l => l.Protocol).Distinct())
            yield return new(
                KernelQueues.Waiting(application.Transport.Listeners, protocol),
                new KeyValuePair<string, object?>("network.transport", protocol.ToString().ToLowerInvariant())
            );
    }
}
