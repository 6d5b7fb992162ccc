using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Parley.Hosting;
using Parley.Server.Configuration;
using Parley.Server.Hosting;

namespace Parley.Server.Telemetry;

/// <summary>Sends metrics and traces to collectors, where the settings name some. What is left goes out when the server stops, for two seconds at most.</summary>
internal sealed class OtlpExport(ServerConfiguration configuration, ILoggerFactory loggers) : IHostedService, IDisposable
{
    private const int Goodbye = 2_000;

    private readonly ILogger _log = loggers.CreateLogger("Parley.Server.Telemetry");
    private MeterProvider? _metrics;
    private TracerProvider? _traces;
    private OtlpFaults? _faults;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var telemetry = configuration.Management.Telemetry;
        _faults = new OtlpFaults(_log);
        if (telemetry.MetricsEndpoint is { } metrics)
            _metrics = Metrics(metrics, telemetry);
        if (telemetry.TracesEndpoint is { } traces)
            _traces = Traces(traces, telemetry);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _traces?.ForceFlush(Goodbye);
        _metrics?.ForceFlush(Goodbye);
        Dispose();
        return Task.CompletedTask;
    }

    [SuppressMessage("Reliability", "CA2213", Justification = "Disposed below; null afterwards.")]
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
        _faults?.Dispose();
        (_traces, _metrics, _faults) = (null, null, null);
    }

    private MeterProvider Metrics(string endpoint, TelemetryConfiguration telemetry) =>
        Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(Resource())
            .AddMeter("Parley.*")
            .AddMeter([.. configuration.Management.Options.Metrics.Meters])
            .AddOtlpExporter(
                (exporter, reader) =>
                {
                    Point(exporter, endpoint, telemetry);
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)
                        telemetry.MetricsInterval.TotalMilliseconds;
                }
            )
            .Build();

    private static TracerProvider Traces(string endpoint, TelemetryConfiguration telemetry) =>
        // Which calls are traced has been decided before: by the ratio, or by the caller.
        Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(Resource())
            .SetSampler(new AlwaysOnSampler())
            .AddSource(ParleyTelemetry.ActivitySource)
            .AddOtlpExporter(exporter => Point(exporter, endpoint, telemetry))
            .Build();

    private static void Point(OtlpExporterOptions exporter, string endpoint, TelemetryConfiguration telemetry)
    {
        exporter.Endpoint = new Uri(endpoint);
        exporter.Protocol = telemetry.UsesHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
    }

    private static ResourceBuilder Resource() =>
        ResourceBuilder
            .CreateDefault()
            .AddService("parley", serviceVersion: ServerStart.Version, serviceInstanceId: Environment.MachineName);
}
