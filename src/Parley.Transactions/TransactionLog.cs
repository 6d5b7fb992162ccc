using Microsoft.Extensions.Logging;

namespace Parley.Transactions;

/// <summary>What this floor logs; event ids 2100 to 2199.</summary>
internal static partial class TransactionLog
{
    [LoggerMessage(2100, LogLevel.Error, "Work on the strand of {Target} failed")]
    public static partial void StrandWorkFailed(ILogger logger, object? target, Exception error);

    [LoggerMessage(2101, LogLevel.Error, "Timer {Kind} of {Target} failed")]
    public static partial void TimerFailed(ILogger logger, int kind, object target, Exception error);

    [LoggerMessage(2102, LogLevel.Error, "{Callback} failed in the call {CallId}")]
    public static partial void CallbackFailed(ILogger logger, string callback, string callId, Exception error);

    [LoggerMessage(2103, LogLevel.Warning, "No more than {Limit} server transactions are allowed; new requests get 503")]
    public static partial void LimitReached(ILogger logger, int limit);

    [LoggerMessage(2104, LogLevel.Debug, "No way back to {Remote} for a response")]
    public static partial void ResponseUndeliverable(ILogger logger, Transport.SipEndPoint remote);
}
