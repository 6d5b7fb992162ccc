using System.Globalization;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Sip;

namespace Parley.Samples;

/// <summary>
/// The example of the OpenSIPS 3.1 manual's page "Dialog Module API", function by function: it notes when a dialog was created, says so when
/// it is established, and ends the call when the callee sends OPTIONS within it.
/// </summary>
internal sealed partial class ExampleModule(IDialogApi dialogs, TimeProvider time, ILogger<ExampleModule> log) : IParleyModule
{
    private const string CreatedAt = "created_at";
    private const string Reason = "we HATE options from callee :D";

    /// <summary>mod_init.</summary>
    public void Initialize(ParleyApplication application) => dialogs.Register(null, DialogCallbackTypes.Created, OnCreated);

    private void OnCreated(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        LogCreated(dialog.Id);
        dialogs.Register(dialog, DialogCallbackTypes.Confirmed, OnConfirmed);
        dialogs.Register(dialog, DialogCallbackTypes.RequestWithin, OnSequential);
        dialog.Values.Set(CreatedAt, time.GetLocalNow().ToString("ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture));
    }

    private void OnConfirmed(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        if (dialog.Values.TryGet(CreatedAt, out string? createdAt))
            LogConfirmed(createdAt);
    }

    private void OnSequential(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        if (parameters.Message!.Method != SipMethod.Options || parameters.Direction != DialogDirection.Upstream)
            return;
        LogTerminating(Reason);
        if (!dialogs.Terminate(dialog.Id.Entry, dialog.Id.Id, Reason))
            LogNotTerminated(dialog.Id);
    }

    [LoggerMessage(1, LogLevel.Information, "Dialog {Dialog} was created!")]
    private partial void LogCreated(DialogId dialog);

    [LoggerMessage(2, LogLevel.Information, "The dialog was created at {CreatedAt} and is now established")]
    private partial void LogConfirmed(string createdAt);

    [LoggerMessage(3, LogLevel.Information, "Received OPTIONS sequential from callee. Terminating DLG because {Reason}")]
    private partial void LogTerminating(string reason);

    [LoggerMessage(4, LogLevel.Error, "Failed to terminate dialog {Dialog}")]
    private partial void LogNotTerminated(DialogId dialog);
}
