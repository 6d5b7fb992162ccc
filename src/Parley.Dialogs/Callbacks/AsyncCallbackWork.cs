using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Parley.Dialogs;

/// <summary>The queues of an application's dialogs together: how many have work, what they log and count. At the application's stop it waits for them.</summary>
internal sealed class AsyncCallbackWork(DialogCounters counters, ILogger logger) : IHostedService
{
    private readonly Lock _lock = new();
    private int _running;
    private TaskCompletionSource? _idle;

    public AsyncCallbackQueue NewQueue(Dialog dialog) => new(this, dialog);

    /// <summary>A queue has work again.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _running++;
        }
    }

    /// <summary>A queue has none left.</summary>
    public void End()
    {
        TaskCompletionSource? idle = null;
        lock (_lock)
        {
            if (--_running == 0)
                (idle, _idle) = (_idle, null);
        }

        idle?.TrySetResult();
    }

    public void Failed(Dialog dialog, DialogCallbackTypes type, Exception failure) =>
        CallbackLog.HandlerFailed(logger, type, dialog.Id, failure);

    public void Dropped(Dialog dialog, DialogCallbackTypes type, bool isFirst)
    {
        Interlocked.Increment(ref counters.DroppedNotifications);
        if (isFirst)
            CallbackLog.NotificationDropped(logger, type, dialog.Id, AsyncCallbackQueue.MaxWaiting);
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => WhenIdleAsync(cancellationToken);

    /// <summary>Completes when no queue has work.</summary>
    public Task WhenIdleAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_running == 0)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task.WaitAsync(cancellation);
        }
    }
}
