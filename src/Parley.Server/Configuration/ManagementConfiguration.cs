using Parley.Management;

namespace Parley.Server.Configuration;

/// <summary>What the section <c>Management</c> says.</summary>
internal sealed class ManagementConfiguration
{
    /// <summary>The management side runs.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>Targets of webhooks.</summary>
    public IReadOnlyList<WebhookConfiguration> Webhooks { get; set; } = [];

    public ManagementOptions Options { get; init; } = new();

    public TelemetryConfiguration Telemetry { get; } = new();
}
