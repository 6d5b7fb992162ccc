namespace Parley.Dialogs;

/// <summary>What the events of <see cref="CallRecords"/> carry.</summary>
/// <param name="record">The record.</param>
public sealed class CallRecordEventArgs(CallRecord record) : EventArgs
{
    /// <summary>The record.</summary>
    public CallRecord Record { get; } = record;
}
