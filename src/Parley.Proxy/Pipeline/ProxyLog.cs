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

    [LoggerMessage(3008, LogLevel.Error, "A local-request hook failed")]
    public static partial void LocalHookFailed(ILogger logger, Exception error);

    [LoggerMessage(3009, LogLevel.Error, "The user of a local request failed")]
    public static partial void LocalUserFailed(ILogger logger, Exception error);
}
