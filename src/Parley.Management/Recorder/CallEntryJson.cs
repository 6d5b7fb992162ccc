namespace Parley.Management;

/// <summary>A message or a step of a recorded call as the API gives it. What is null is left out.</summary>
internal sealed class CallEntryJson
{
    public DateTimeOffset At { get; init; }

    public required string Kind { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    public string? Transport { get; init; }

    public string? Direction { get; init; }

    public string? Step { get; init; }

    public required string Text { get; init; }

    public string? Method { get; init; }

    public int? Status { get; init; }

    public string? Cseq { get; init; }

    public string? Branch { get; init; }

    public bool? Retransmission { get; init; }

    public bool? Cut { get; init; }

    public string? Rfc { get; init; }

    public string? Abnormal { get; init; }

    public static CallEntryJson Of(RecordedEntry entry) =>
        entry is RecordedStep step
            ? new CallEntryJson
            {
                At = step.At,
                Kind = "step",
                Step = step.Step,
                Text = step.Text,
                Rfc = step.Rfc,
                Abnormal = step.Abnormal,
            }
            : Of((RecordedMessage)entry);

    private static CallEntryJson Of(RecordedMessage message) =>
        new()
        {
            At = message.At,
            Kind = "message",
            From = message.From,
            To = message.To,
            Transport = message.Transport,
            Direction = message.IsInbound ? "in" : "out",
            Text = message.Text,
            Method = message.Method.Length == 0 ? null : message.Method,
            Status = message.Status,
            Cseq = message.CSeq.Length == 0 ? null : message.CSeq,
            Branch = message.Branch.Length == 0 ? null : message.Branch,
            Retransmission = message.IsRetransmission ? true : null,
            Cut = message.IsCut ? true : null,
        };
}
