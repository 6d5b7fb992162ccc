namespace Parley.Registrar;

/// <summary>When contacts are written to their store.</summary>
public enum LocationStoreMode : byte
{
    /// <summary>Never; nothing is loaded either.</summary>
    None = 0,

    /// <summary>Every change as it comes.</summary>
    Realtime = 1,

    /// <summary>What changed, once in <see cref="LocationStoreOptions.Period"/>, and the rest at the stop.</summary>
    Delayed = 2,

    /// <summary>All at the stop only.</summary>
    Shutdown = 3,
}
