using Microsoft.Extensions.Logging;

namespace Parley.Dialogs;

internal sealed partial class DialogLog
{
    public void PingDead(DialogId dialog, bool isCaller, bool reinvite, string why) =>
        LogPingDead(dialog, isCaller ? "caller" : "callee", reinvite ? "INVITE" : "OPTIONS", why);

    public void PrackFailed(DialogId dialog, int status) => LogPrackFailed(dialog, status);

    [LoggerMessage(5101, LogLevel.Information, "Dialog {Dialog} ends: its {Leg} was asked by {Method}: {Why}")]
    private partial void LogPingDead(DialogId dialog, string leg, string method, string why);

    [LoggerMessage(5102, LogLevel.Debug, "PRACK in dialog {Dialog} got {Status}")]
    private partial void LogPrackFailed(DialogId dialog, int status);
}
