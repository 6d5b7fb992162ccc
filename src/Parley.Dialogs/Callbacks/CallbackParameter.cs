namespace Parley.Dialogs;

/// <summary>What a handler was registered with; it may replace it.</summary>
internal abstract class CallbackParameter(object? value)
{
    public volatile object? Value = value;
}
