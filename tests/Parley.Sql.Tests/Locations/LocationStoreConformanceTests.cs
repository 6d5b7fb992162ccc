using Parley.Registrar;
using Parley.Sql.Tests.Servers;
using Parley.Testing;
using Xunit;

namespace Parley.Sql.Tests.Locations;

/// <summary>The suite that every store of contacts passes, on each database and in memory.</summary>
public class LocationStoreConformanceTests
{
    public static TheoryData<string> Names => [.. LocationStoreConformance.Cases.Select(static c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_store_in_memory_conforms(string name)
    {
        var store = new MemoryLocationStore();
        await RunAsync(name, new LocationStoreTarget { Create = () => store, IsExclusive = false });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public Task SQLite_conforms(string name) => RunAsync(name, SqlProvider.Sqlite);

    [Theory]
    [MemberData(nameof(Names))]
    public Task PostgreSQL_conforms(string name) => RunAsync(name, SqlProvider.PostgreSql);

    [Theory]
    [MemberData(nameof(Names))]
    public Task MariaDB_conforms(string name) => RunAsync(name, SqlProvider.MySql);

    private static async Task RunAsync(string name, SqlProvider provider)
    {
        if (DatabaseServers.Missing(provider) is { } missing)
            Assert.Skip(missing);
        await using var database = new TestDatabase(provider);
        await RunAsync(
            name,
            new LocationStoreTarget { Create = () => new SqlLocationStore(database.Open(), new SqlLocationStoreOptions { Migrate = true }) }
        );
    }

    private static Task RunAsync(string name, LocationStoreTarget target)
    {
        LocationStoreCase test = LocationStoreConformance.Cases.Single(c => c.Name == name);
        if (!test.AppliesTo(target))
            Assert.Skip("The store is no process's own.");
        return test.RunAsync(target, TestContext.Current.CancellationToken);
    }
}
