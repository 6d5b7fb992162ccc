using Microsoft.Extensions.Logging;

namespace Parley.Dialogs;

/// <summary>What the callbacks log; event ids 4101 to 4119.</summary>
internal static partial class CallbackLog
{
    [LoggerMessage(4101, LogLevel.Error, "A {Type} handler of dialog {Did} failed; the call goes on")]
    public static partial void HandlerFailed(ILogger logger, DialogCallbackTypes type, DialogId did, Exception failure);

    [LoggerMessage(
        4103,
        LogLevel.Warning,
        "Dialog {Did} has {Count} moments waiting for its handlers: {Type} was dropped, and so is what follows"
    )]
    public static partial void NotificationDropped(ILogger logger, DialogCallbackTypes type, DialogId did, int count);

    [LoggerMessage(4102, LogLevel.Error, "The free action of a dialog callback failed")]
    public static partial void FreeFailed(ILogger logger, Exception failure);
}
