using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>What the endpoint for language models writes to the log.</summary>
internal static partial class McpLog
{
    [LoggerMessage(7260, LogLevel.Information, "Management tool {Tool} by {Caller}: {Outcome} dialog={Dialog}")]
    public static partial void Changed(ILogger logger, string tool, string caller, string outcome, string dialog);

    [LoggerMessage(7261, LogLevel.Warning, "Management tool {Tool} of {Caller} refused: it may only read")]
    public static partial void Refused(ILogger logger, string tool, string caller);

    [LoggerMessage(7262, LogLevel.Error, "The management tool {Tool} failed")]
    public static partial void Failed(ILogger logger, Exception error, string tool);
}
