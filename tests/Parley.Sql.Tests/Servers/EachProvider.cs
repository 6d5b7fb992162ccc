using Xunit;

namespace Parley.Sql.Tests.Servers;

/// <summary>Tests that run on each kind of database.</summary>
public static class EachProvider
{
    public static TheoryData<SqlProvider> All => [SqlProvider.Sqlite, SqlProvider.PostgreSql, SqlProvider.MySql];

    /// <summary>Those with a server.</summary>
    public static TheoryData<SqlProvider> Servers => [SqlProvider.PostgreSql, SqlProvider.MySql];

    /// <summary>An empty database; the test is skipped, and says so, where there is no server.</summary>
    public static TestDatabase NewDatabase(SqlProvider provider)
    {
        if (DatabaseServers.Missing(provider) is { } missing)
            Assert.Skip(missing);
        return new TestDatabase(provider);
    }

    /// <summary>A server of the test's own; the test is skipped, and says so, where there is none.</summary>
    public static DatabaseServer NewServer(SqlProvider provider)
    {
        if (DatabaseServers.Missing(provider) is { } missing)
            Assert.Skip(missing);
        return provider == SqlProvider.PostgreSql ? new PostgreSqlServer() : new MariaDbServer();
    }
}
