using System.Diagnostics.CodeAnalysis;

namespace Parley.Dialogs;

/// <summary>The moments of one dialog that wait for their handlers: run on the thread pool, one at a time, in order. Bounded.</summary>
internal sealed class AsyncCallbackQueue(AsyncCallbackWork work, Dialog dialog) : IThreadPoolWorkItem
{
    /// <summary>A handler that hangs costs this many moments and no more.</summary>
    public const int MaxWaiting = 256;

    private readonly Lock _lock = new();
    private readonly Queue<(DialogAsyncCallback Handler, DialogNotification Notification)> _waiting = new();
    private bool _isRunning;
    private bool _hasDropped;

    /// <summary>False: too many wait, and this one is dropped.</summary>
    public bool Post(DialogAsyncCallback handler, DialogNotification notification)
    {
        bool isFirstDrop;
        lock (_lock)
        {
            if (_waiting.Count < MaxWaiting)
            {
                _waiting.Enqueue((handler, notification));
                if (_isRunning)
                    return true;
                _isRunning = true;
                work.Begin();
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return true;
            }

            isFirstDrop = !_hasDropped;
            _hasDropped = true;
        }

        work.Dropped(dialog, notification.Type, isFirstDrop);
        return false;
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the next handler must run.")]
    private async Task RunAsync()
    {
        while (TryTake(out DialogAsyncCallback? handler, out DialogNotification? notification))
        {
            Dialog? outer = CurrentDialog.Set(dialog);
            try
            {
                ValueTask running = handler(dialog, notification);
                CurrentDialog.Set(outer);
                await running.ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                CurrentDialog.Set(null); // this may be another thread than the handler began on, or the same
                work.Failed(dialog, notification.Type, failure);
            }

            notification.Release();
        }

        work.End();
    }

    private bool TryTake([NotNullWhen(true)] out DialogAsyncCallback? handler, [NotNullWhen(true)] out DialogNotification? notification)
    {
        (handler, notification) = (null, null);
        lock (_lock)
        {
            if (!_waiting.TryDequeue(out (DialogAsyncCallback Handler, DialogNotification Notification) next))
                return _isRunning = false;
            (handler, notification) = next;
            return true;
        }
    }
}
