namespace Parley.Registrar.Tests;

/// <summary>A registrar whose table is kept in a store; nothing is written but by FlushAsync unless it is started.</summary>
internal sealed class StoredRegistrar : IDisposable
{
    public StoredRegistrar(
        ScriptedStore? store = null,
        LocationStoreOptions? options = null,
        TimeSpan? away = null,
        RegistrarOptions? registrar = null,
        Parley.Transport.ISipTransport? transport = null
    )
    {
        Store = store ?? new ScriptedStore();
        Registrar = new RegistrarFixture(registrar);
        if (away is { } time)
            Registrar.Clock.RunFor(time);
        Persistence = new LocationPersistence(
            Registrar.Table,
            Store,
            (transport ?? Registrar.Transport).Listeners,
            options ?? new LocationStoreOptions(),
            Registrar.Clock
        );
    }

    public ScriptedStore Store { get; }

    public RegistrarFixture Registrar { get; }

    public LocationPersistence Persistence { get; }

    public IReadOnlyList<LocationRecord> Rows => Store.Memory.Rows;

    /// <summary>Another process on the same store, after some time.</summary>
    public async Task<StoredRegistrar> RestartAsync(TimeSpan away)
    {
        var after = new StoredRegistrar(Store, Persistence.Options, Registrar.Clock.Elapsed + away);
        await after.Persistence.LoadAsync();
        return after;
    }

    public void Dispose()
    {
        Persistence.Dispose();
        Registrar.Dispose();
    }
}
