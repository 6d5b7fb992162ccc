namespace Parley.Registrar;

/// <summary>What happened to a binding.</summary>
public enum LocationChangeKind : byte
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It was registered again.</summary>
    Refreshed,

    /// <summary>It was taken back, by its client or by code.</summary>
    Removed,

    /// <summary>Its time ran out.</summary>
    Expired,
}
