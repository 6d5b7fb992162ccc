namespace Parley.Management;

/// <summary>What happened to a store.</summary>
public enum StoreChange
{
    /// <summary>It takes nothing.</summary>
    Unavailable,

    /// <summary>It takes rows again.</summary>
    Available,

    /// <summary>It refuses rows for themselves; they are put aside.</summary>
    RowsRefused,

    /// <summary>Its journal took nothing.</summary>
    JournalFailed,

    /// <summary>Its place is full, and something was dropped.</summary>
    Dropped,
}
