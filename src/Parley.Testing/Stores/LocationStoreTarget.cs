using Parley.Registrar;

namespace Parley.Testing;

/// <summary>A store under test: one place, empty at first, that is used by one case.</summary>
public sealed class LocationStoreTarget
{
    /// <summary>Makes a store on the place. Each call makes another one, as another process would; the case opens and disposes it.</summary>
    public required Func<ILocationStore> Create { get; init; }

    /// <summary>Whether a store has the place for itself while it is open. False: cases about that do not apply.</summary>
    public bool IsExclusive { get; init; } = true;
}
