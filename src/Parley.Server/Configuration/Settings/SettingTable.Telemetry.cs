using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private const string Endpoint = "a URL of http or https";

    private static GroupSetting<ServerConfiguration> Metrics =>
        new(
            "Metrics",
            "Numbers for Prometheus, for a collector of OpenTelemetry and for the charts of the page.",
            [
                Flag(
                    "Enabled",
                    "Whether `GET /metrics` is there. Nothing is collected before it is read for the first time.",
                    c => c.Management.Options.Metrics.IsEnabled,
                    (c, v) => c.Management.Options.Metrics.IsEnabled = v
                ),
                Flag(
                    "Charts",
                    "Whether the last hour is kept for the charts, in 120 KB.",
                    c => c.Management.Options.Metrics.HasCharts,
                    (c, v) => c.Management.Options.Metrics.HasCharts = v
                ),
                Texts(
                    "Meters",
                    "Meters of .NET and of libraries besides Parley's own, by name.",
                    static o => o.Metrics.Meters,
                    static text => text.Length > 0 && !text.Any(char.IsWhiteSpace),
                    "a name without blanks",
                    ["Npgsql", "System.Runtime"],
                    "System.Runtime"
                ),
                Number(
                    "MaxSeries",
                    "How many time series one metric may have; further ones are left out and counted.",
                    c => c.Management.Options.Metrics.MaxSeries,
                    (c, v) => c.Management.Options.Metrics.MaxSeries = v,
                    1,
                    1_000_000
                ),
                Number(
                    "ProfileValues",
                    "How many values of each profile are shown, those with most calls. 0: none, as where values are names of users.",
                    c => c.Dialogs.MetricValues,
                    (c, v) => c.Dialogs.MetricValues = v,
                    0,
                    1_000
                ),
                new TextSetting<ServerConfiguration>(
                    "Otlp",
                    "A collector of OpenTelemetry that metrics are sent to; with Protocol Http the whole path, such as /v1/metrics.",
                    c => c.Management.Telemetry.MetricsEndpoint,
                    (c, v) => c.Management.Telemetry.MetricsEndpoint = v,
                    Endpoint,
                    ["http://127.0.0.1:4317", "https://collector.example.com/v1/metrics"],
                    TelemetryConfiguration.IsEndpoint
                ),
                Seconds(
                    "OtlpInterval",
                    "How often they are sent.",
                    c => c.Management.Telemetry.MetricsInterval,
                    (c, v) => c.Management.Telemetry.MetricsInterval = v,
                    1,
                    Hour
                ),
            ]
        );

    private static GroupSetting<ServerConfiguration> Traces =>
        new(
            "Traces",
            "Calls as traces of OpenTelemetry.",
            [
                new TextSetting<ServerConfiguration>(
                    "Otlp",
                    "A collector of OpenTelemetry that traces are sent to; with Protocol Http the whole path, such as /v1/traces.",
                    c => c.Management.Telemetry.TracesEndpoint,
                    (c, v) => c.Management.Telemetry.TracesEndpoint = v,
                    Endpoint,
                    ["http://127.0.0.1:4317", "https://collector.example.com/v1/traces"],
                    TelemetryConfiguration.IsEndpoint
                ),
                new FractionSetting<ServerConfiguration>(
                    "Ratio",
                    "The part of the calls that are traced.",
                    c => c.Management.Options.Traces.Ratio,
                    (c, v) => c.Management.Options.Traces.Ratio = v
                ),
                Flag(
                    "TakesParents",
                    "Whether an INVITE with a header traceparent continues the trace that it names, whatever the ratio. Only where no stranger can reach the server.",
                    c => c.Management.Options.Traces.TakesParents,
                    (c, v) => c.Management.Options.Traces.TakesParents = v
                ),
            ]
        );

    private static Setting<ServerConfiguration> OtlpProtocol =>
        new ChoiceSetting<ServerConfiguration, bool>(
            "OtlpProtocol",
            "How collectors are spoken to. Headers, such as those of a key, come from the environment: OTEL_EXPORTER_OTLP_HEADERS.",
            c => c.Management.Telemetry.UsesHttp,
            (c, v) => c.Management.Telemetry.UsesHttp = v,
            ("Grpc", false),
            ("Http", true)
        );
}
