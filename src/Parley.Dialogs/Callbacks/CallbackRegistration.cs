namespace Parley.Dialogs;

/// <summary>One registration: a link of a <see cref="CallbackList"/>.</summary>
internal sealed class CallbackRegistration(DialogCallbackTypes types, DialogCallback? handler, object? parameter, Action<object?>? free)
{
    public readonly DialogCallbackTypes Types = types;
    public readonly DialogCallback? Handler = handler;
    public readonly Action<object?>? Free = free;

    /// <summary>A handler may replace it.</summary>
    public volatile object? Parameter = parameter;

    /// <summary>The one registered before; set once, before this one is published.</summary>
    public CallbackRegistration? Next;
}
