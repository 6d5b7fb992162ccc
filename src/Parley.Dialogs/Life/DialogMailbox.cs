namespace Parley.Dialogs;

/// <summary>
/// Actions of one dialog run after its lock, one at a time and in the order of the steps that asked for them. If one is already running, on
/// another thread or further up on this one (a handler that ends its dialog), the new one is queued with a copy of its message and the caller
/// continues. A struct inside the dialog, under its lock.
/// </summary>
internal struct DialogMailbox
{
    private Queue<DialogAction>? _waiting;
    private bool _isRunning;

    /// <summary>An action runs.</summary>
    public readonly bool IsRunning => _isRunning;

    /// <summary>True: the caller runs the action after the lock, and then takes what came meanwhile (<see cref="TryTake"/>). False: it is queued.</summary>
    public bool Post(in DialogAction action)
    {
        if (!_isRunning)
            return _isRunning = true;
        (_waiting ??= new Queue<DialogAction>()).Enqueue(action.Detach());
        return false;
    }

    /// <summary>The next action that waits; false when there is none: nothing runs then. Release it after it has run.</summary>
    public bool TryTake(out DialogAction action)
    {
        if (_waiting is not null && _waiting.TryDequeue(out action))
            return true;
        action = default;
        _waiting = null;
        return _isRunning = false;
    }
}
