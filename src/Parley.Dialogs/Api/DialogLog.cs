using Microsoft.Extensions.Logging;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>What dialogs write to the log.</summary>
internal sealed partial class DialogLog(ILogger logger)
{
    public void RequestOutOfPlace(DialogId dialog, DialogState state, SipMessage? request)
    {
        if (logger.IsEnabled(LogLevel.Debug))
            LogRequestOutOfPlace(request?.Method ?? SipMethod.Other, dialog, state);
    }

    public void RequestRefused(SipMessage request, int status)
    {
        if (logger.IsEnabled(LogLevel.Debug))
            LogRequestRefused(request.Method, System.Text.Encoding.UTF8.GetString(request.CallId), status);
    }

    public void ActionFailed(DialogId dialog, Exception error) => LogActionFailed(error, dialog);

    public void ByeFailed(DialogId dialog, string end, Exception error) => LogByeFailed(error, end, dialog);

    public void ContactUnreadable(DialogId dialog, string end) => LogContactUnreadable(end, dialog);

    [LoggerMessage(5013, LogLevel.Debug, "{Method} is out of place in dialog {Dialog}, which is {State}; it goes on")]
    private partial void LogRequestOutOfPlace(SipMethod method, DialogId dialog, DialogState state);

    [LoggerMessage(5010, LogLevel.Debug, "{Method} with a To tag in call {CallId} does not pass: {Status}")]
    private partial void LogRequestRefused(SipMethod method, string callId, int status);

    [LoggerMessage(5014, LogLevel.Error, "What follows a step of dialog {Dialog} failed; the call goes on")]
    private partial void LogActionFailed(Exception error, DialogId dialog);

    [LoggerMessage(5009, LogLevel.Error, "The BYE to the {End} of dialog {Dialog} could not be sent; it counts as answered")]
    private partial void LogByeFailed(Exception error, string end, DialogId dialog);

    [LoggerMessage(
        5012,
        LogLevel.Debug,
        "The Contact of the {End} of dialog {Dialog} cannot be read: it is passed on, and the proxy's own requests have no way to that end"
    )]
    private partial void LogContactUnreadable(string end, DialogId dialog);

    public void DetailsUnreadable(DialogId dialog) => LogDetailsUnreadable(dialog);

    [LoggerMessage(5212, LogLevel.Warning, "The details of dialog {Dialog} cannot be read; it is loaded without them")]
    private partial void LogDetailsUnreadable(DialogId dialog);
}
