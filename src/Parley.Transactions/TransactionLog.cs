using Microsoft.Extensions.Logging;

namespace Parley.Transactions;

/// <summary>What this floor logs; event ids 2000 to 2099.</summary>
internal static partial class TransactionLog
{
    [LoggerMessage(2000, LogLevel.Error, "Work on the strand of {Target} failed")]
    public static partial void StrandWorkFailed(ILogger logger, object? target, Exception error);

    [LoggerMessage(2001, LogLevel.Error, "Timer {Kind} of {Target} failed")]
    public static partial void TimerFailed(ILogger logger, int kind, object target, Exception error);

    [LoggerMessage(2002, LogLevel.Error, "{Callback} failed in the call {CallId}")]
    public static partial void CallbackFailed(ILogger logger, string callback, string callId, Exception error);

    [LoggerMessage(2003, LogLevel.Warning, "No more than {Limit} server transactions are allowed; new requests get 503")]
    public static partial void LimitReached(ILogger logger, int limit);

    [LoggerMessage(2004, LogLevel.Debug, "No way back to {Remote} for a response")]
    public static partial void ResponseUndeliverable(ILogger logger, Transport.SipEndPoint remote);
}
