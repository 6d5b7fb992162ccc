namespace Parley.Testing;

/// <summary>
/// What every <see cref="Parley.Registrar.ILocationStore"/> must do, as cases that any test framework can run: for each of <see cref="Cases"/> make an empty
/// place and call <see cref="LocationStoreCase.RunAsync"/>. Parley's own stores run the same ones.
/// </summary>
public static class LocationStoreConformance
{
    /// <summary>All cases, in a fixed order.</summary>
    public static IReadOnlyList<LocationStoreCase> Cases { get; } =
    [.. LocationStoreColumnCases.All, .. LocationStoreWriteCases.All, .. LocationStoreOwnershipCases.All];
}
