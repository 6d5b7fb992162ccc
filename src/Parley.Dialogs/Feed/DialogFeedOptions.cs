namespace Parley.Dialogs;

/// <summary>How a reader wants the feed.</summary>
public sealed class DialogFeedOptions
{
    /// <summary>Changes kept for a reader that is behind, at least 1. One more, and all are dropped for one <see cref="DialogChangeKind.Resync"/>.</summary>
    public int Capacity { get; init; } = 65_536;

    /// <summary>Waiting changes of one dialog become one (for stores); false: every change is delivered (for events).</summary>
    public bool Coalesce { get; init; } = true;

    /// <summary>Changes carry the whole dialog as a row.</summary>
    public bool WithRecords { get; init; } = true;

    /// <summary>The end of a call that is not kept carries what its record would be (<see cref="DialogChange.MissedCall"/>), where there are call records at all.</summary>
    public bool WithMissedCalls { get; init; }

    /// <summary>What waits for durability waits for this reader's <see cref="DialogFeedReader.Acknowledge"/>.</summary>
    public bool IsDurable { get; init; }
}
