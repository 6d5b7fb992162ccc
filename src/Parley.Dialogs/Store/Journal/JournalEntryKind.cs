namespace Parley.Dialogs;

/// <summary>What an entry of the journal says. The numbers are on disk.</summary>
internal enum JournalEntryKind : byte
{
    /// <summary>A row is to be there as it is here.</summary>
    Save = 1,

    /// <summary>A row is to be gone.</summary>
    Delete = 2,

    /// <summary>A call record is to be there, final or intermediate.</summary>
    Record = 3,

    /// <summary>The store has all that stands before, except for the entries right before this one: rows that it refuses.</summary>
    Keep = 4,
}
