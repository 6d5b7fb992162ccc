namespace Parley.Registrar;

/// <summary>How contacts are kept in a store.</summary>
public sealed class LocationStoreOptions
{
    /// <summary>When they are written.</summary>
    public LocationStoreMode Mode { get; set; } = LocationStoreMode.Realtime;

    /// <summary>The time between two writes of <see cref="LocationStoreMode.Delayed"/>, above zero.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long changes are collected in <see cref="LocationStoreMode.Realtime"/>, so that many share one transaction; 0 to 1 s.</summary>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Rows of one transaction at most; 1 to 10,000. So many that wait are written without <see cref="CommitInterval"/>.</summary>
    public int CommitRows { get; set; } = 500;

    /// <summary>How long to wait after a failure of the store before it is tried again, above zero.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A write that takes longer is given up and tried again, above zero: what it has goes into the journal meanwhile.</summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Takes what the store does not take, so that it survives a crash and costs no memory; disposed at the stop. Null, the default: it waits in memory.</summary>
    public ILocationJournal? Journal { get; set; }

    /// <summary>When the 2xx to a REGISTER leaves in <see cref="LocationStoreMode.Realtime"/>; without effect in the other modes.</summary>
    public LocationDurability Durability { get; set; } = LocationDurability.SoonAfter;

    /// <summary>With <see cref="LocationDurability.Before"/>: how long the answer to a REGISTER waits for its row, above zero and under 32 s (timer F of the client, RFC 3261
    /// 17.1.2.2). Then <see cref="WhenUnavailable"/> decides, and at once for those that follow until the store has caught up.</summary>
    public TimeSpan MaxHold { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>With <see cref="LocationDurability.Before"/>: what becomes of a REGISTER whose row cannot be written in time.</summary>
    public LocationStoreFailurePolicy WhenUnavailable { get; set; } = LocationStoreFailurePolicy.Degrade;

    /// <summary>The Retry-After of a REGISTER refused for the store's sake, a second or more; whole seconds are sent.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The domain of rows that have none (OpenSIPS with use_domain off); null: such rows are passed over.</summary>
    public string? DefaultDomain { get; set; }

    internal void Validate()
    {
        Check(Enum.IsDefined(Mode), $"has no mode {(int)Mode}", nameof(Mode));
        Check(Enum.IsDefined(Durability), $"has no value {(int)Durability}", nameof(Durability));
        Check(Enum.IsDefined(WhenUnavailable), $"has no value {(int)WhenUnavailable}", nameof(WhenUnavailable));
        Check(Period > TimeSpan.Zero, $"is above zero, not {Period}", nameof(Period));
        Check(
            CommitInterval >= TimeSpan.Zero && CommitInterval <= TimeSpan.FromSeconds(1),
            $"is 0 to 1 s, not {CommitInterval}",
            nameof(CommitInterval)
        );
        Check(CommitRows is >= 1 and <= 10_000, $"is 1 to 10,000, not {CommitRows}", nameof(CommitRows));
        Check(Retry > TimeSpan.Zero, $"is above zero, not {Retry}", nameof(Retry));
        Check(StoreTimeout > TimeSpan.Zero, $"is above zero, not {StoreTimeout}", nameof(StoreTimeout));
        Check(
            MaxHold > TimeSpan.Zero && MaxHold < TimeSpan.FromSeconds(32),
            $"is above zero and under 32 s, not {MaxHold}",
            nameof(MaxHold)
        );
        Check(RetryAfter >= TimeSpan.FromSeconds(1), $"is a second or more, not {RetryAfter}", nameof(RetryAfter));
        Check(DefaultDomain is null || DefaultDomain.Length > 0, "is a domain or null, not empty", nameof(DefaultDomain));
    }

    private static void Check(bool isRight, string what, string property)
    {
        if (!isRight)
            throw new ArgumentException($"LocationStoreOptions.{property} {what}.", property);
    }
}
