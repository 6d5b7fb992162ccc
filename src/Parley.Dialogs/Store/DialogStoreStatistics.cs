namespace Parley.Dialogs;

/// <summary>How a store of dialogs and its writer do, at one instant.</summary>
public sealed record DialogStoreStatistics
{
    /// <summary>The store took the last write.</summary>
    public bool IsAvailable { get; init; }

    /// <summary>Rows are still being loaded.</summary>
    public bool IsLoading { get; init; }

    /// <summary>Dialogs loaded since the start.</summary>
    public long Loaded { get; init; }

    /// <summary>Rows passed over while loading.</summary>
    public long PassedOver { get; init; }

    /// <summary>Dialogs and call records whose write is still to come.</summary>
    public int QueueDepth { get; init; }

    /// <summary>How long the oldest of them waits; zero when none does.</summary>
    public TimeSpan OldestAge { get; init; }

    /// <summary>Rows written, whole or numbers only.</summary>
    public long RowsWritten { get; init; }

    /// <summary>Of these: numbers only.</summary>
    public long RowsUpdated { get; init; }

    /// <summary>Rows removed.</summary>
    public long RowsRemoved { get; init; }

    /// <summary>Call records written, intermediate ones too.</summary>
    public long CallRecordsWritten { get; init; }

    /// <summary>Writes that succeeded.</summary>
    public long Writes { get; init; }

    /// <summary>Writes that failed or took too long.</summary>
    public long Failures { get; init; }

    /// <summary>Rows that the store refuses for themselves, put aside and tried again once a minute.</summary>
    public int RowsAside { get; init; }

    /// <summary>How often a row or a call record was put aside, those refused again after a new try not counted.</summary>
    public long PutAside { get; init; }

    /// <summary>Entries in the journal that the store has not got yet.</summary>
    public long JournalEntries { get; init; }

    /// <summary>Bytes in the journal.</summary>
    public long JournalBytes { get; init; }

    /// <summary>Writes of the journal that failed.</summary>
    public long JournalFailures { get; init; }

    /// <summary>Responses that waited for their row.</summary>
    public long Holds { get; init; }

    /// <summary>Of these: those that left before it was durable, after <see cref="DialogStoreOptions.MaxHold"/>.</summary>
    public long HoldTimeouts { get; init; }

    /// <summary>INVITEs refused because nothing could be made durable.</summary>
    public long Refused { get; init; }
}
