namespace Parley.Management;

/// <summary>What a record of the ring is. The numbers are kept in files: they do not change.</summary>
internal enum RecordKind : byte
{
    None = 0,

    /// <summary>A message that arrived.</summary>
    Inbound = 1,

    /// <summary>A message that left.</summary>
    Outbound = 2,

    /// <summary>A <see cref="Proxy.CallStep"/>.</summary>
    Step = 3,

    /// <summary>From here on other calls are left out than before.</summary>
    Sampling = 4,
}
