namespace Parley.Hosting;

/// <summary>Something the proxy did or decided in a recorded call, beside its messages.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Kind">What kind of step: <c>state</c>, <c>match</c>, <c>renumber</c>, <c>limit</c>, <c>route</c>, <c>timer</c>, <c>reply</c>, <c>end</c> ...</param>
/// <param name="Text">The step in plain language.</param>
public sealed record CallFileStep(DateTimeOffset At, string Kind, string Text) : CallFileEntry(At)
{
    /// <summary>The clause that the step follows, e.g. "RFC 3261 §12.2.2"; null for none.</summary>
    public string? Rfc { get; init; }

    /// <summary>What is abnormal about it, e.g. "noAck"; null for nothing.</summary>
    public string? Abnormal { get; init; }
}
