namespace Parley.Management;

/// <summary>A recorded call with all that is in the ring of it.</summary>
public sealed record RecordedCall : RecordedCallSummary
{
    /// <summary>This element among the participants.</summary>
    public const string Own = "parley";

    /// <summary>The addresses that took part, <see cref="Own"/> among them, in the order in which they appear.</summary>
    public required IReadOnlyList<string> Participants { get; init; }

    /// <summary>Its messages and steps in the order of time.</summary>
    public required IReadOnlyList<RecordedEntry> Entries { get; init; }

    /// <summary>The ring has overwritten the beginning.</summary>
    public bool IsBeginningLost { get; init; }
}
