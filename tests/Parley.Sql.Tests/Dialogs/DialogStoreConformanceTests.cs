using System.Data.Common;
using Parley.Dialogs;
using Parley.Sql.Tests.Servers;
using Parley.Testing;
using Xunit;

namespace Parley.Sql.Tests.Dialogs;

/// <summary>The suite that every store passes, on each database and in memory.</summary>
public class DialogStoreConformanceTests
{
    public static TheoryData<string> Names => [.. DialogStoreConformance.Cases.Select(static c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_store_in_memory_conforms(string name)
    {
        var store = new MemoryDialogStore();
        await RunAsync(
            name,
            new DialogStoreTarget
            {
                Create = () => store,
                IsExclusive = false,
                ReadCallRecords = _ =>
                    Task.FromResult<IReadOnlyList<string>>([
                        .. store.CallRecords.Concat(store.IntermediateRecords).Select(static r => $"{r.Key}/{r.Number}"),
                    ]),
            }
        );
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
            new DialogStoreTarget
            {
                Create = () =>
                    new SqlDialogStore(
                        database.Open(),
                        new SqlDialogStoreOptions { Migrate = true, CallRecords = new SqlCallRecordOptions() }
                    ),
                ReadCallRecords = cancellation => ReadCallRecordsAsync(database.Open(), cancellation),
            }
        );
    }

    /// <summary>Key and number of every record, as the suite compares them.</summary>
    private static async Task<IReadOnlyList<string>> ReadCallRecordsAsync(SqlDatabase database, CancellationToken cancellation)
    {
        await using SqlWork session = await database.OpenAsync(cancellation);
        await using DbCommand command = session.Command(
            "SELECT did, start_time, 0 FROM cdr UNION ALL SELECT did, start_time, number FROM cdr_intermediate"
        );
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            var start = new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(1), DateTimeKind.Unspecified), TimeSpan.Zero);
            found.Add($"{reader.GetString(0)}@{start.ToUnixTimeMilliseconds()}/{reader.GetValue(2)}");
        }

        return found;
    }

    private static Task RunAsync(string name, DialogStoreTarget target)
    {
        DialogStoreCase test = DialogStoreConformance.Cases.Single(c => c.Name == name);
        if (!test.AppliesTo(target))
            Assert.Skip("The store keeps no call records, or is no process's own.");
        return test.RunAsync(target, TestContext.Current.CancellationToken);
    }
}
