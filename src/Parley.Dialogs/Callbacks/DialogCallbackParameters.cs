using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>What a callback gets besides its dialog. Reused on the same thread: do not keep it after the handler returned.</summary>
public sealed class DialogCallbackParameters
{
    [ThreadStatic]
    private static DialogCallbackParameters? t_spare;

    private DialogCallbackParameters? _nextSpare;
    private CallbackParameter? _parameter;

    private DialogCallbackParameters() { }

    /// <summary>The request or reply; null for moments without one, and for replies of the proxy's own before they exist.</summary>
    public SipMessage? Message { get; private set; }

    /// <summary>The changes of the message on its way, where it may still be changed; null otherwise.</summary>
    public SipEdits? Edits { get; private set; }

    /// <summary>The context of the request that the moment belongs to; null when there is none.</summary>
    public SipContext? Context { get; private set; }

    /// <summary>Which way the message goes; <see cref="DialogDirection.None"/> without a message or for an end by the proxy.</summary>
    public DialogDirection Direction { get; private set; }

    /// <summary>The leg that the message goes to; null when there is none.</summary>
    public DialogLeg? DestinationLeg { get; private set; }

    /// <summary>Whether this node is the one that acts for the dialog; true without a cluster.</summary>
    public bool IsActive { get; private set; }

    /// <summary>The object of <see cref="DialogCallbackTypes.ManagementContext"/>; null for other types.</summary>
    public object? Data { get; private set; }

    /// <summary>What was given at registration. Set, it replaces that for later calls and for the free action.</summary>
    public object? Parameter
    {
        get => _parameter?.Value;
        set
        {
            if (_parameter is not null)
                _parameter.Value = value;
        }
    }

    /// <summary>An instance of this thread, filled; a handler that causes another callback uses a second one.</summary>
    internal static DialogCallbackParameters Rent(in DialogCallbackArguments arguments)
    {
        DialogCallbackParameters parameters = t_spare ?? new DialogCallbackParameters();
        t_spare = parameters._nextSpare;
        parameters._nextSpare = null;
        parameters.Message = arguments.Message;
        parameters.Edits = arguments.Edits;
        parameters.Context = arguments.Context;
        parameters.Direction = arguments.Direction;
        parameters.DestinationLeg = arguments.DestinationLeg;
        parameters.IsActive = arguments.IsActive;
        parameters.Data = arguments.Data;
        return parameters;
    }

    internal void Attach(CallbackParameter parameter) => _parameter = parameter;

    /// <summary>Empties it, so that nothing of this callback is seen by the next, and keeps it for this thread.</summary>
    internal void Return()
    {
        Message = null;
        Edits = null;
        Context = null;
        Direction = DialogDirection.None;
        DestinationLeg = null;
        IsActive = false;
        Data = null;
        _parameter = null;
        _nextSpare = t_spare;
        t_spare = this;
    }
}
