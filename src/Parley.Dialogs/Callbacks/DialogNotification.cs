using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>What a <see cref="DialogAsyncCallback"/> gets besides its dialog: the moment as it was.</summary>
public sealed class DialogNotification
{
    internal DialogNotification(
        DialogCallbackTypes type,
        DialogDirection direction,
        DialogState state,
        SipMessage? message,
        DialogLeg? destinationLeg,
        object? parameter
    )
    {
        Type = type;
        Direction = direction;
        State = state;
        Message = message;
        DestinationLeg = destinationLeg;
        Parameter = parameter;
    }

    /// <summary>The one moment that this call is about.</summary>
    public DialogCallbackTypes Type { get; }

    /// <summary>Which way the message went; <see cref="DialogDirection.None"/> without a message or for an end by the proxy.</summary>
    public DialogDirection Direction { get; }

    /// <summary>The state of the dialog at that moment.</summary>
    public DialogState State { get; }

    /// <summary>A copy of the request or reply as it was received, without what hooks and callbacks changed; null for moments without one. It goes back to its pool when the handler's task completes.</summary>
    public SipMessage? Message { get; private set; }

    /// <summary>The leg that the message went to; null when there is none.</summary>
    public DialogLeg? DestinationLeg { get; }

    /// <summary>What was given at registration.</summary>
    public object? Parameter { get; }

    internal void Release()
    {
        Message?.Release();
        Message = null;
    }
}
