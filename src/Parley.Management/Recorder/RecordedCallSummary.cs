namespace Parley.Management;

/// <summary>A recorded call, or an attempt that never became one, in a line.</summary>
public record RecordedCallSummary
{
    /// <summary>The Call-ID.</summary>
    public required string CallId { get; init; }

    /// <summary>The id of its dialog as text; null when it has none.</summary>
    public string? DialogId { get; init; }

    /// <summary>The URI of From in the first request.</summary>
    public string From { get; init; } = "";

    /// <summary>The URI of To in the first request.</summary>
    public string To { get; init; } = "";

    /// <summary>The method of the first request, <c>INVITE</c> of a call; empty when the ring has none.</summary>
    public string Method { get; init; } = "";

    /// <summary>The time of its first entry, also where the ring has overwritten that.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When a 2xx of its INVITE went to the caller; null: none did.</summary>
    public DateTimeOffset? Answered { get; init; }

    /// <summary>When it was over; null while it goes on.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The final status that the caller got; null before.</summary>
    public int? Status { get; init; }

    /// <summary>One line in plain language: what happened, which side ended it and why.</summary>
    public required string Line { get; init; }

    /// <summary>The marks of what was abnormal; empty when nothing was.</summary>
    public IReadOnlyList<string> Abnormal { get; init; } = [];

    /// <summary>The addresses that took part.</summary>
    internal IReadOnlyList<string> Addresses { get; init; } = [];
}
