using Microsoft.Extensions.Logging;
using Parley.Dialogs;

namespace Parley.Server.Hosting;

/// <summary>One line when a call starts and one when it ends, category <c>Parley.Calls</c>.</summary>
internal sealed partial class CallLog
{
    private readonly ILogger _log;
    private readonly TimeProvider _time;

    public CallLog(IDialogApi dialogs, ILoggerFactory loggers, TimeProvider time)
    {
        _log = loggers.CreateLogger("Parley.Calls");
        _time = time;
        dialogs.Register(null, DialogCallbackTypes.Created, OnCreated);
    }

    private void OnCreated(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters) =>
        dialog.On(
            DialogCallbackTypes.Confirmed | DialogCallbackTypes.Failed | DialogCallbackTypes.Terminated | DialogCallbackTypes.Expired,
            OnChange
        );

    private void OnChange(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        switch (type)
        {
            case DialogCallbackTypes.Confirmed:
                Started(dialog.CallId, dialog.Id, dialog.FromUri, dialog.ToUri);
                break;
            case DialogCallbackTypes.Failed:
                Failed(dialog.CallId, dialog.Id, parameters.Message?.StatusCode ?? 0);
                break;
            default:
                var seconds = dialog.StartTime is { } start ? (long)(_time.GetUtcNow() - start).TotalSeconds : 0;
                Ended(dialog.CallId, dialog.Id, dialog.TerminationReason, seconds);
                break;
        }
    }

    [LoggerMessage(5001, LogLevel.Information, "Call started call-id={CallId} did={Did} from={From} to={To}")]
    private partial void Started(string callId, DialogId did, string from, string to);

    [LoggerMessage(5002, LogLevel.Information, "Call ended call-id={CallId} did={Did} reason=\"{Reason}\" seconds={Seconds}")]
    private partial void Ended(string callId, DialogId did, string? reason, long seconds);

    [LoggerMessage(5003, LogLevel.Information, "Call failed call-id={CallId} did={Did} status={Status}")]
    private partial void Failed(string callId, DialogId did, int status);
}
