namespace Parley.Sql.Tests.Servers;

/// <summary>
/// The servers of this test run, one of each kind, started when the first test wants it. Nothing disposes of them: each ends, and its folder goes, when
/// this process does (<see cref="DatabaseServer"/>). To wait for that at the exit takes longer than the runner allows on a busy machine.
/// </summary>
public static class DatabaseServers
{
    private static readonly Lazy<DatabaseServer> PostgreSqlOnce = new(() => new PostgreSqlServer("fsync=off"));
    private static readonly Lazy<DatabaseServer> MariaDbOnce = new(() => new MariaDbServer("--innodb-flush-log-at-trx-commit=2"));

    /// <summary>Why there is no server of a kind here; null: there is one.</summary>
    public static string? Missing(SqlProvider provider) =>
        provider switch
        {
            not SqlProvider.Sqlite when Environment.GetEnvironmentVariable("PARLEY_TESTS_WITHOUT_SERVERS") is { Length: > 0 } =>
                "Without servers: PARLEY_TESTS_WITHOUT_SERVERS is set.",
            SqlProvider.PostgreSql when PostgreSqlServer.Program is null => "There is no PostgreSQL here: apt-get install postgresql.",
            SqlProvider.MySql when MariaDbServer.Program is null => "There is no MariaDB here: apt-get install mariadb-server.",
            _ => null,
        };

    /// <summary>The shared server; tests that stop or crash one make their own.</summary>
    public static DatabaseServer Of(SqlProvider provider) => provider == SqlProvider.PostgreSql ? PostgreSqlOnce.Value : MariaDbOnce.Value;
}
