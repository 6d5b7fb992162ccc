using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>What HEP logs; event ids 7170 to 7175.</summary>
internal static partial class HepLog
{
    [LoggerMessage(7170, LogLevel.Information, "Captured messages go to {Target} by HEP: {Mode}")]
    public static partial void Sends(ILogger logger, string target, HepMode mode);

    [LoggerMessage(7171, LogLevel.Warning, "The collector {Target} cannot be reached: {Reason}")]
    public static partial void Unreachable(ILogger logger, string target, string reason);

    [LoggerMessage(
        7172,
        LogLevel.Warning,
        "{Count} captured messages were dropped in a minute: the collector {Target} does not take them in time"
    )]
    public static partial void Dropped(ILogger logger, long count, string target);

    [LoggerMessage(7173, LogLevel.Information, "Captured messages of others are received at {Place}")]
    public static partial void Listens(ILogger logger, string place);

    [LoggerMessage(
        7174,
        LogLevel.Warning,
        "{Count} received HEP packets were refused in a minute, the last from {Source}: no packet of version 3, or another key"
    )]
    public static partial void Refused(ILogger logger, long count, string source);

    [LoggerMessage(7175, LogLevel.Error, "The HEP listener {Place} failed and goes on: {Reason}")]
    public static partial void Failed(ILogger logger, string place, string reason);
}
