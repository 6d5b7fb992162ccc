using Parley.Proxy;

namespace Parley.Management;

/// <summary>What this element did or saw between the messages of a call.</summary>
public sealed record RecordedStep : RecordedEntry
{
    /// <summary>The kind: <c>state</c>, <c>match</c>, <c>renumber</c>, <c>limit</c>, <c>route</c>, <c>timer</c>, <c>ping</c>, <c>retransmission</c>, <c>reply</c>, <c>cancel</c>, <c>branch</c>, <c>end</c>, <c>message</c>, <c>recorder</c>.</summary>
    public required string Step { get; init; }

    /// <summary>What happened, in plain language.</summary>
    public required string Text { get; init; }

    /// <summary>The clause behind it, such as <c>RFC 3261 12.2.2</c>; null without one.</summary>
    public string? Rfc { get; init; }

    /// <summary>The mark of what is abnormal about it; null: nothing is.</summary>
    public string? Abnormal { get; init; }

    /// <summary>The id of the dialog that it is about, as text (<c>e64.7f675e24</c>); null when it is about none.</summary>
    public string? DialogId { get; init; }

    /// <summary>Of a step that a floor noted; else none.</summary>
    internal CallStep Code { get; init; }

    internal long Number { get; init; }

    internal int Further { get; init; }

    internal string Detail { get; init; } = "";
}
