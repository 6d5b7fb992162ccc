using Microsoft.Extensions.Logging;

namespace Parley.Dialogs;

internal sealed partial class DialogLog
{
    public void HookFailed(DialogHookKind hook, DialogId dialog, Exception error) => LogHookFailed(error, hook, dialog);

    public void StateHandlerFailed(DialogId dialog, Exception error) => LogStateHandlerFailed(error, dialog);

    public void PrackHookFailed(DialogId dialog, Exception error) => LogPrackHookFailed(error, dialog);

    public void LimitHookFailed(DialogId dialog, Exception error) => LogLimitHookFailed(error, dialog);

    public void PingHookFailed(DialogId dialog, Exception error) => LogPingHookFailed(error, dialog);

    [LoggerMessage(5034, LogLevel.Error, "A hook on a limit that dialog {Dialog} reached failed; the call goes on")]
    private partial void LogLimitHookFailed(Exception error, DialogId dialog);

    [LoggerMessage(5035, LogLevel.Error, "A hook on a leg of dialog {Dialog} that answers no ping failed; the call goes on")]
    private partial void LogPingHookFailed(Exception error, DialogId dialog);

    [LoggerMessage(5033, LogLevel.Error, "A hook on a failed PRACK of dialog {Dialog} failed; the call goes on")]
    private partial void LogPrackHookFailed(Exception error, DialogId dialog);

    [LoggerMessage(5031, LogLevel.Error, "A hook on the {Hook} of dialog {Dialog} failed; the call goes on")]
    private partial void LogHookFailed(Exception error, DialogHookKind hook, DialogId dialog);

    [LoggerMessage(5032, LogLevel.Error, "A handler of the state change of dialog {Dialog} failed; the call goes on")]
    private partial void LogStateHandlerFailed(Exception error, DialogId dialog);
}
