using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>The registration of one handler that may await: what its moments are queued as.</summary>
internal sealed class AsyncCallback(AsyncCallbackQueue queue, DialogAsyncCallback handler, object? parameter)
{
    /// <summary>What is registered in its place.</summary>
    public static readonly DialogCallback Enqueue = static (dialog, type, parameters) =>
    {
        var callback = (AsyncCallback)parameters.Parameter!;
        SipMessage? message = parameters.Message?.Retain();
        var notification = new DialogNotification(
            type,
            parameters.Direction,
            dialog.State,
            message,
            parameters.DestinationLeg,
            callback.Parameter
        );
        if (!callback.Queue.Post(callback.Handler, notification))
            notification.Release();
    };

    public AsyncCallbackQueue Queue => queue;

    public DialogAsyncCallback Handler => handler;

    public object? Parameter => parameter;
}
