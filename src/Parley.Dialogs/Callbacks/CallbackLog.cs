using Microsoft.Extensions.Logging;

namespace Parley.Dialogs;

/// <summary>What the callbacks log; event ids 4101 to 4119.</summary>
internal static partial class CallbackLog
{
    [LoggerMessage(4101, LogLevel.Error, "A {Type} handler of dialog {Did} failed; the call goes on")]
    public static partial void HandlerFailed(ILogger logger, DialogCallbackTypes type, DialogId did, Exception failure);

    [LoggerMessage(4102, LogLevel.Error, "The free action of a dialog callback failed")]
    public static partial void FreeFailed(ILogger logger, Exception failure);
}
