namespace Parley.Dialogs;

public sealed partial class Dialog
{
    private CallbackList? _callbacks;

    /// <summary>Registers a handler; see <see cref="IDialogApi.Register"/>.</summary>
    /// <param name="types">One or more types; not Loaded and not Created, which belong to no dialog.</param>
    /// <param name="callback">The handler. What it throws is logged, and the call goes on.</param>
    /// <param name="parameter">Given to the handler, which may replace it.</param>
    /// <param name="free">Called exactly once when the registration goes, with the parameter; not called when this returns false.</param>
    /// <returns>False when the dialog is over.</returns>
    /// <exception cref="ArgumentException">No type, an unknown one, Loaded or Created.</exception>
    public bool On(DialogCallbackTypes types, DialogCallback callback, object? parameter = null, Action<object?>? free = null) =>
        Module.Callbacks.Register(this, types, callback, parameter, free);

    /// <summary>The registrations; null when there was none yet.</summary>
    internal CallbackList? CallbackList => Volatile.Read(ref _callbacks);

    /// <summary>True when a handler of this type (of Created: a global one) is there: the hot path asks before it does anything.</summary>
    internal bool HasCallbacks(DialogCallbackTypes type) =>
        type == DialogCallbackTypes.Created
            ? Module.Callbacks.HasGlobal(type)
            : Volatile.Read(ref _callbacks) is { } list && list.Has(type);

    internal bool AddCallback(CallbackRegistration registration)
    {
        CallbackList list;
        lock (Gate)
        {
            list = _callbacks ??= new CallbackList();
        }

        return list.Add(registration);
    }

    /// <summary>Takes the registrations away for good: later ones are refused.</summary>
    internal CallbackList? TakeCallbacks()
    {
        lock (Gate)
        {
            CallbackList? list = _callbacks;
            _callbacks = CallbackList.Gone;
            return list;
        }
    }
}
