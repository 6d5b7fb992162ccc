namespace Parley.Management;

/// <summary>Explains a call by its entries: a pure function.</summary>
internal static class Explanation
{
    /// <param name="entries">Messages and steps in the order of time; at least one.</param>
    public static CallExplanation Of(IReadOnlyList<RecordedEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var reading = new CallReading();
        foreach (RecordedEntry entry in entries)
            reading.Read(entry);
        reading.End();
        MessageFacts? first = reading.Invite ?? reading.First;
        bool isOver = reading.EndedAt is not null || (reading.AnsweredAt is null && reading.Final is { Status: >= 300 });
        return new CallExplanation
        {
            DialogId = reading.DialogId,
            From = first?.From ?? "",
            To = first?.To ?? "",
            Method = reading.Invite is not null ? "INVITE" : first?.Method ?? "",
            Answered = reading.AnsweredAt,
            Ended = reading.EndedAt ?? (isOver || reading.Invite is null ? reading.Final?.At : null),
            Status = reading.Final?.Status,
            Line = ExplanationLine.Of(reading),
            Marks = reading.Marks,
            Entries = reading.Entries,
        };
    }
}
