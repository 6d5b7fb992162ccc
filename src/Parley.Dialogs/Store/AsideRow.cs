namespace Parley.Dialogs;

/// <summary>A row that the store has refused for itself: it is tried again now and then.</summary>
internal sealed class AsideRow
{
    /// <summary>The hash of what the journal has of it; 0: the journal has nothing, only memory has it.</summary>
    public ulong Journaled;

    /// <summary>It is a removal.</summary>
    public bool IsDeleted;

    /// <summary>
    /// The call's record, which neither the store nor the journal has taken. The row stays in the store until they have: after a crash the call is a
    /// dialog again, and gets its record when that ends.
    /// </summary>
    public CallRecord? Record;
}
