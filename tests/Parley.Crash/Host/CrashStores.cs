using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using MySqlConnector;
using Npgsql;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Sql;

namespace Parley.Crash.Host;

/// <summary>The stores of the proxy that is killed, and what their tables have, read with SQL alone.</summary>
internal static class CrashStores
{
    public static IAsyncDisposable Add(ParleyApplicationBuilder builder, CrashSettings settings)
    {
        SqlDatabase database = Database(settings);
        builder.AddDialogStore(
            new SqlDialogStore(database, new SqlDialogStoreOptions { Migrate = true, CallRecords = new SqlCallRecordOptions() }),
            options =>
            {
                options.Mode = settings.Mode;
                options.Durability = settings.Durability;
                options.Period = TimeSpan.FromSeconds(settings.Period);
                options.Retry = TimeSpan.FromSeconds(1);
                options.Journal = settings.Journal.Length > 0 ? new FileJournal(settings.Journal) : null;
            }
        );
        builder.AddCallRecords();
        return database;
    }

    public static string Statistics(ParleyApplication application)
    {
        DialogStoreStatistics now = application.Services.GetRequiredService<DialogPersistence>().Statistics;
        return $"statistics: queue {now.QueueDepth}, oldest {now.OldestAge.TotalMilliseconds:F0} ms, {now.Writes} writes, {now.Failures} failures, {now.RowsWritten} rows written ({now.RowsUpdated} numbers only), {now.RowsRemoved} removed, {now.CallRecordsWritten} call records, journal {now.JournalEntries}";
    }

    /// <summary>Final call records of each Call-ID.</summary>
    public static IReadOnlyDictionary<string, int> CountRecords(CrashSettings settings)
    {
        var records = new Dictionary<string, int>(StringComparer.Ordinal);
        Read(settings, "SELECT call_id, COUNT(*) FROM cdr GROUP BY call_id", row => records.Add(row.GetString(0), (int)row.GetInt64(1)));
        return records;
    }

    /// <summary>Call-IDs of the rows of dialogs, one for each row.</summary>
    public static IReadOnlyCollection<string> Rows(CrashSettings settings)
    {
        var rows = new List<string>();
        Read(settings, "SELECT callid FROM dialog", row => rows.Add(row.GetString(0).TrimEnd()));
        return rows;
    }

    private static SqlDatabase Database(CrashSettings settings) =>
        new(
            new SqlDatabaseOptions
            {
                Provider = settings.Provider switch
                {
                    "sqlite" => SqlProvider.Sqlite,
                    "postgresql" => SqlProvider.PostgreSql,
                    "mysql" => SqlProvider.MySql,
                    _ => throw new ArgumentException($"{settings.Provider} is none of sqlite, postgresql, mysql."),
                },
                ConnectionString = settings.Connection,
                OwnershipWait = TimeSpan.FromSeconds(20),
            },
            TimeProvider.System
        );

    private static void Read(CrashSettings settings, string sql, Action<DbDataReader> row)
    {
        using DbConnection connection = settings.Provider switch
        {
            "sqlite" => new SqliteConnection(settings.Connection),
            "postgresql" => new NpgsqlConnection(settings.Connection),
            _ => new MySqlConnection(settings.Connection),
        };
        connection.Open();
        using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using DbDataReader reader = command.ExecuteReader();
        while (reader.Read())
            row(reader);
    }
}
