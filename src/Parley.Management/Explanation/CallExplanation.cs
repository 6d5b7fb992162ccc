namespace Parley.Management;

/// <summary>What the entries of a call say: who called whom, how it went, which side ended it and why, and what was abnormal.</summary>
internal sealed record CallExplanation
{
    public string? DialogId { get; init; }

    public string From { get; init; } = "";

    public string To { get; init; } = "";

    public string Method { get; init; } = "";

    public DateTimeOffset? Answered { get; init; }

    public DateTimeOffset? Ended { get; init; }

    public int? Status { get; init; }

    public required string Line { get; init; }

    public required IReadOnlyList<string> Marks { get; init; }

    /// <summary>The entries, with what was found out about the messages among them.</summary>
    public required IReadOnlyList<RecordedEntry> Entries { get; init; }
}
