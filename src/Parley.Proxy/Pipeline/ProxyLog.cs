using Microsoft.Extensions.Logging;

namespace Parley.Proxy;

/// <summary>What this floor logs; event ids 3000 to 3099.</summary>
internal static partial class ProxyLog
{
    [LoggerMessage(3000, LogLevel.Error, "The handler of {Method} failed in the call {CallId}")]
    public static partial void HandlerFailed(ILogger logger, string method, string callId, Exception error);

    [LoggerMessage(3001, LogLevel.Warning, "The handler of {Method} neither answered nor relayed in the call {CallId}: 500")]
    public static partial void NothingDone(ILogger logger, string method, string callId);

    [LoggerMessage(3002, LogLevel.Error, "A {Hook} hook failed in the call {CallId}")]
    public static partial void HookFailed(ILogger logger, string hook, string callId, Exception error);

    [LoggerMessage(3003, LogLevel.Debug, "No way to send {Method} of the call {CallId} to {Target}")]
    public static partial void Unroutable(ILogger logger, string method, string callId, string target);

    [LoggerMessage(3004, LogLevel.Warning, "The call {CallId} has more than {Limit} branches; further targets are left out")]
    public static partial void TooManyBranches(ILogger logger, string callId, int limit);

    [LoggerMessage(3020, LogLevel.Warning, "The deferred {Method} of the call {CallId} was neither answered nor relayed within {Limit} ms")]
    public static partial void DeferredTooLong(ILogger logger, string method, string callId, long limit);

    [LoggerMessage(
        3021,
        LogLevel.Warning,
        "A {Code} of {Method} in the call {CallId} has blocked its receive loop for {Milliseconds} ms and has not returned"
    )]
    public static partial void HandlerBlocks(ILogger logger, string code, string method, string callId, long milliseconds);

    [LoggerMessage(
        3022,
        LogLevel.Warning,
        "A {Code} of {Method} in the call {CallId} returned after it had blocked its receive loop for {Milliseconds} ms"
    )]
    public static partial void HandlerReturned(ILogger logger, string code, string method, string callId, long milliseconds);

    [LoggerMessage(3023, LogLevel.Warning, "{Count} more handlers or hooks blocked their receive loops within the last minute")]
    public static partial void MoreHandlersBlocked(ILogger logger, int count);

    [LoggerMessage(3008, LogLevel.Error, "A local-request hook failed")]
    public static partial void LocalHookFailed(ILogger logger, Exception error);

    [LoggerMessage(3009, LogLevel.Error, "The user of a local request failed")]
    public static partial void LocalUserFailed(ILogger logger, Exception error);
}
