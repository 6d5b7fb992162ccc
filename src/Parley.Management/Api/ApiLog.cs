using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>What the API writes to the log.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(7100, LogLevel.Error, "The request {Operation} to the management API failed")]
    public static partial void Failed(ILogger logger, Exception error, string operation);
}
