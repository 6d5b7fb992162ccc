using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>Runs the store of an application's dialogs with the application.</summary>
internal sealed partial class DialogStoreService(
    IDialogApi dialogs,
    IDialogStore store,
    IReadOnlyList<SipListener> listeners,
    DialogStoreOptions options,
    TimeProvider time,
    ILoggerFactory loggers
) : IHostedService, IDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger("Parley.Dialogs.Store");
    private readonly CancellationTokenSource _stopping = new();
    private DialogPersistence? _persistence;
    private Task _writing = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Mode == DialogStoreMode.None)
            return;
        _persistence = new DialogPersistence(dialogs, store, listeners);
        (int loaded, int passedOver) = await _persistence.LoadAsync(cancellationToken).ConfigureAwait(false);
        LogLoaded(loaded, passedOver);
        if (options.Mode == DialogStoreMode.Realtime)
            _writing = _persistence.RunAsync(options.Retry, time, LogFailed, _stopping.Token);
        else if (options.Mode == DialogStoreMode.Delayed)
            _writing = WritePeriodically(_persistence);
        else
            _persistence.Dispose(); // nobody shall wait for it to write
    }

    [SuppressMessage("Design", "CA1031", Justification = "The application stops whatever the store says.")]
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_persistence is null)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            await _writing.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        if (options.Mode == DialogStoreMode.Shutdown)
            _persistence = new DialogPersistence(dialogs, store, listeners);
        try
        {
            await _persistence.SaveAllAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }

        _persistence.Dispose();
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _persistence?.Dispose();
        _stopping.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "A store that fails is tried again; nothing is lost.")]
    private async Task WritePeriodically(DialogPersistence persistence)
    {
        using var timer = new PeriodicTimer(options.Period, time);
        while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
        {
            try
            {
                while (await persistence.FlushAsync(_stopping.Token).ConfigureAwait(false)) { }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailed(failure);
            }
        }
    }

    [LoggerMessage(5201, LogLevel.Information, "{Loaded} dialogs were loaded from the store, {PassedOver} rows passed over")]
    private partial void LogLoaded(int loaded, int passedOver);

    [LoggerMessage(5202, LogLevel.Error, "The dialog store failed; it will be tried again")]
    private partial void LogFailed(Exception failure);
}
