using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>What the management side writes to the log, under the category Parley.Management.</summary>
internal static partial class ManagementLog
{
    [LoggerMessage(7000, LogLevel.Information, "Management: {Places}")]
    public static partial void Listening(ILogger logger, string places);

    [LoggerMessage(7010, LogLevel.Information, "Management command {Command} by {Caller} over {Transport}: {Outcome}{Arguments}")]
    public static partial void Changed(ILogger logger, string command, string caller, string transport, string outcome, string arguments);

    [LoggerMessage(7011, LogLevel.Warning, "Management command {Command} of {Caller} over {Transport} refused: it may only read")]
    public static partial void Refused(ILogger logger, string command, string caller, string transport);

    [LoggerMessage(7012, LogLevel.Error, "The management command {Command} failed")]
    public static partial void CommandFailed(ILogger logger, Exception error, string command);

    [LoggerMessage(7013, LogLevel.Warning, "A management command of {Caller} over {Transport} refused: {Limit} run already")]
    public static partial void TooManyRequests(ILogger logger, string caller, string transport, int limit);

    [LoggerMessage(7020, LogLevel.Warning, "HTTP request of {Caller} refused: its {Header} \"{Value}\" is not one of this server's")]
    public static partial void ForeignRequest(ILogger logger, string caller, string header, string value);

    [LoggerMessage(7021, LogLevel.Warning, "{Count} more HTTP requests were refused within the last minute for their Host or Origin")]
    public static partial void ForeignRequests(ILogger logger, int count);

    [LoggerMessage(
        7022,
        LogLevel.Debug,
        "The reply to a management command of {Caller} over {Transport} could not be sent whole: {Reason}"
    )]
    public static partial void ReplyLost(ILogger logger, string caller, string transport, string reason);

    [LoggerMessage(7200, LogLevel.Error, "A metric could not be measured and is left out; others that fail are not logged")]
    public static partial void MetricFailed(ILogger logger, Exception error);

    [LoggerMessage(7030, LogLevel.Warning, "The FIFO got what is no command: {Reason}")]
    public static partial void FifoUnreadable(ILogger logger, string reason);

    [LoggerMessage(7031, LogLevel.Warning, "No reply by the FIFO {Reply}: {Reason}")]
    public static partial void FifoReplyFailed(ILogger logger, string reply, string reason);
}
