namespace Parley.Server.Configuration;

/// <summary>Where OpenTelemetry's protocol (OTLP) takes metrics and traces to.</summary>
internal sealed class TelemetryConfiguration
{
    /// <summary>Of a collector, for metrics; null: none are sent.</summary>
    public string? MetricsEndpoint { get; set; }

    /// <summary>How often metrics are sent.</summary>
    public TimeSpan MetricsInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Of a collector, for traces; null: none are sent.</summary>
    public string? TracesEndpoint { get; set; }

    /// <summary>HTTP with protobuf in place of gRPC.</summary>
    public bool UsesHttp { get; set; }

    /// <summary>Whether a text is an endpoint: an absolute URL of http or https.</summary>
    public static bool IsEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0;
}
