namespace Parley.Management;

/// <summary>A recorded call as the API gives it. What is null is left out.</summary>
internal sealed class CallJson
{
    public required string CallId { get; init; }

    public string? Id { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public string? Method { get; init; }

    public DateTimeOffset Started { get; init; }

    public DateTimeOffset? Answered { get; init; }

    public DateTimeOffset? Ended { get; init; }

    public int? Status { get; init; }

    public required string Line { get; init; }

    public required IReadOnlyList<string> Abnormal { get; init; }

    public bool? BeginningLost { get; init; }

    public IReadOnlyList<string>? Participants { get; init; }

    public IReadOnlyList<CallEntryJson>? Entries { get; init; }

    public static CallJson Of(RecordedCallSummary call) =>
        new()
        {
            CallId = call.CallId,
            Id = call.DialogId,
            From = call.From,
            To = call.To,
            Method = call.Method.Length == 0 ? null : call.Method,
            Started = call.Started,
            Answered = call.Answered,
            Ended = call.Ended,
            Status = call.Status,
            Line = call.Line,
            Abnormal = call.Abnormal,
            BeginningLost = call is RecordedCall { IsBeginningLost: true } ? true : null,
            Participants = (call as RecordedCall)?.Participants,
            Entries = call is RecordedCall whole ? [.. whole.Entries.Select(CallEntryJson.Of)] : null,
        };
}
