namespace Parley.Dialogs;

/// <summary>Registers handlers that may await, on a dialog.</summary>
public static class DialogAsyncCallbacks
{
    // These handlers have something to add while their moment lasts.
    private const DialogCallbackTypes SynchronousTypes = DialogCallbackTypes.ManagementContext | DialogCallbackTypes.WriteValues;

    /// <summary>
    /// Registers a handler that may await. Moments are queued for it and it runs on the thread pool; all such handlers of one dialog share one
    /// queue, so they run one at a time in the order of the moments, and of one moment the handler that was registered last runs first.
    /// A dialog queues at most 256 moments: what comes while so many wait is dropped, logged once per dialog and counted
    /// (<see cref="DialogStatistics.DroppedNotifications"/>). When the application stops, it waits for the queues as long as its shutdown timeout allows.
    /// </summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="types">One or more types; not Loaded and Created, which belong to no dialog, and not ManagementContext and WriteValues, which are answered while they last.</param>
    /// <param name="callback">The handler.</param>
    /// <param name="parameter">Given to the handler.</param>
    /// <returns>False when the dialog is over.</returns>
    /// <exception cref="ArgumentException">No type, an unknown one, or one of the four above.</exception>
    public static bool OnAsync(this Dialog dialog, DialogCallbackTypes types, DialogAsyncCallback callback, object? parameter = null)
    {
        ArgumentNullException.ThrowIfNull(dialog);
        ArgumentNullException.ThrowIfNull(callback);
        if ((types & SynchronousTypes) != 0)
            throw new ArgumentException("ManagementContext and WriteValues are answered while they last: use Dialog.On.", nameof(types));
        // One queue per dialog: looked for and registered in one step.
        lock (dialog.Lock)
        {
            AsyncCallbackQueue queue =
                (dialog.CallbackList?.FindParameter<AsyncCallback>())?.Queue ?? dialog.Module.AsyncCallbacks.NewQueue(dialog);
            return dialog.On(types, AsyncCallback.Enqueue, new AsyncCallback(queue, callback, parameter));
        }
    }
}
