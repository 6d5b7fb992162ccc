namespace Parley.Registrar;

/// <summary>What a <see cref="LocationPersistence"/> has done and has to do.</summary>
public readonly record struct LocationStoreStatistics
{
    /// <summary>Contacts whose row has to be written or removed. Several changes of one contact count once.</summary>
    public int QueueDepth { get; init; }

    /// <summary>How long the oldest of them has waited; zero when none waits.</summary>
    public TimeSpan QueueAge { get; init; }

    /// <summary>Whether the last write succeeded; true before the first.</summary>
    public bool IsAvailable { get; init; }

    /// <summary>Rows written.</summary>
    public long Saved { get; init; }

    /// <summary>Rows removed.</summary>
    public long Deleted { get; init; }

    /// <summary>Transactions that succeeded.</summary>
    public long Batches { get; init; }

    /// <summary>Writes that failed or took too long; each is tried again.</summary>
    public long Failures { get; init; }

    /// <summary>Answers to REGISTER that waited for their row and got it in time.</summary>
    public long Held { get; init; }

    /// <summary>Answers that went without it: <see cref="LocationStoreFailurePolicy.Degrade"/>.</summary>
    public long Degraded { get; init; }

    /// <summary>REGISTERs answered 503: <see cref="LocationStoreFailurePolicy.Refuse"/>.</summary>
    public long Refused { get; init; }

    /// <summary>Whether the contacts of the store have been loaded: false while it has been away since the start.</summary>
    public bool IsLoaded { get; init; }

    /// <summary>Batches in the journal that the store has not got yet.</summary>
    public long JournalBatches { get; init; }

    /// <summary>Bytes in the journal.</summary>
    public long JournalBytes { get; init; }

    /// <summary>Writes of the journal that failed.</summary>
    public long JournalFailures { get; init; }
}
