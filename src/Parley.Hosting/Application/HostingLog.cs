using Microsoft.Extensions.Logging;

namespace Parley.Hosting;

/// <summary>What the application logs, under the category of the core; event ids 3006 and 3007.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(3006, LogLevel.Information, "Draining: new INVITEs get 503")]
    public static partial void Draining(ILogger logger);

    [LoggerMessage(3007, LogLevel.Warning, "Stopped with {Count} requests not answered")]
    public static partial void StoppedUnanswered(ILogger logger, int count);
}
