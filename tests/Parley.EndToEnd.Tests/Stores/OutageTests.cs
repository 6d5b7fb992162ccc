using System.Data.Common;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;
using Parley.Crash;
using Parley.Dialogs;
using Parley.EndToEnd.Tests.Peers;
using Parley.Sql;
using Parley.Sql.Tests.Servers;
using Xunit;

namespace Parley.EndToEnd.Tests.Stores;

/// <summary>
/// The database is stopped, stands still, is read-only or full while calls come: none fails, and afterwards the table is what the proxy has in memory.
/// Longer: <c>PARLEY_OUTAGE=30</c> in the environment, seconds.
/// </summary>
public class OutageTests
{
    public static TheoryData<string, DialogStoreMode> Outages
    {
        get
        {
            var rows = new TheoryData<string, DialogStoreMode>();
            foreach (DialogStoreMode mode in (DialogStoreMode[])[DialogStoreMode.Realtime, DialogStoreMode.Delayed])
            {
                foreach (
                    string outage in (string[])
                        [
                            "sqlite locked",
                            "sqlite full",
                            "postgresql stopped",
                            "postgresql paused",
                            "postgresql read-only",
                            "postgresql full",
                        ]
                )
                    rows.Add(outage, mode);
                foreach (string outage in (string[])["mysql stopped", "mysql paused", "mysql read-only", "mysql full"])
                    rows.Add(outage, mode);
            }

            return rows;
        }
    }

    private static TimeSpan Length =>
        TimeSpan.FromSeconds(
            double.TryParse(
                Environment.GetEnvironmentVariable("PARLEY_OUTAGE"),
                System.Globalization.CultureInfo.InvariantCulture,
                out double seconds
            )
                ? seconds
                : 4
        );

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task No_call_fails_and_everything_is_written_when_the_database_is_back(string outage, DialogStoreMode mode)
    {
        SqlProvider provider =
            outage.StartsWith("sqlite", StringComparison.Ordinal) ? SqlProvider.Sqlite
            : outage.StartsWith("mysql", StringComparison.Ordinal) ? SqlProvider.MySql
            : SqlProvider.PostgreSql;
        if (DatabaseServers.Missing(provider) is { } missing)
            Assert.Skip(missing);
        bool isFull = outage.EndsWith("full", StringComparison.Ordinal);
        using SmallDisk? disk = isFull ? SmallDisk.Mount(megabytes: provider == SqlProvider.Sqlite ? 8 : 256) : null;
        if (isFull && disk is null)
            Assert.Skip("A small file system cannot be mounted here (root may).");
        DirectoryInfo? data = disk is null ? null : new DirectoryInfo(disk.Folder);
        using DatabaseServer? server = provider switch
        {
            SqlProvider.PostgreSql => new PostgreSqlServer(data, "fsync=off"),
            SqlProvider.MySql => new MariaDbServer(data, "--innodb-flush-log-at-trx-commit=2", "--innodb-log-file-size=16M"),
            _ => null,
        };
        string folder = TestFolder.ForTest("outage");
        await using TestDatabase? database = server is null ? null : new TestDatabase(provider, server);
        string connection = database?.ConnectionString ?? $"Data Source={Path.Combine(disk?.Folder ?? folder, "parley.db")}";
        (Func<Task> take, Func<Task> giveBack) = Ways(outage, server, connection, disk);
        if (outage == "mysql read-only")
            connection = await WithoutPrivilegesAsync(connection);
        var settings = new CrashSettings
        {
            Mode = mode,
            Rate = 50,
            Period = 1,
            Provider = CrashSettings.NameOf(provider),
            Connection = connection,
            Journal = Path.Combine(folder, "journal"),
        };
        using var run = new OutageRun(settings, Ports.Next(), static line => TestContext.Current.SendDiagnosticMessage(line));
        await run.RunAsync(Length, take, giveBack);
        Assert.Empty(run.Faults.Take(10));
    }

    private static (Func<Task> Take, Func<Task> GiveBack) Ways(string outage, DatabaseServer? server, string connection, SmallDisk? disk)
    {
        switch (outage)
        {
            case "sqlite locked":
                SqliteConnection? holder = null;
                return (
                    () =>
                    {
                        holder = new SqliteConnection(connection + ";Pooling=false");
                        holder.Open();
                        using SqliteCommand command = holder.CreateCommand();
                        command.CommandText = "BEGIN IMMEDIATE";
                        command.ExecuteNonQuery();
                        return Task.CompletedTask;
                    },
                    () =>
                    {
                        holder!.Dispose();
                        return Task.CompletedTask;
                    }
                );
            case "sqlite full" or "postgresql full" or "mysql full":
                string ballast = Path.Combine(disk!.Folder, "ballast");
                return (
                    () => Task.Run(() => Fill(ballast)),
                    () =>
                        Task.Run(() =>
                        {
                            File.Delete(ballast);
                            server?.StartIfDown();
                        })
                );
            case "postgresql read-only":
                return (
                    () =>
                        RunAsync(
                            new NpgsqlConnection(connection + ";Pooling=false"),
                            "ALTER SYSTEM SET default_transaction_read_only = on",
                            "SELECT pg_reload_conf()"
                        ),
                    () =>
                        RunAsync(
                            new NpgsqlConnection(connection + ";Pooling=false"),
                            "SET default_transaction_read_only = off",
                            "ALTER SYSTEM RESET default_transaction_read_only",
                            "SELECT pg_reload_conf()"
                        )
                );
            case "mysql read-only":
                return (
                    () => RunAsync(new MySqlConnection(connection + ";Pooling=false"), "SET GLOBAL read_only = 1"),
                    () => RunAsync(new MySqlConnection(connection + ";Pooling=false"), "SET GLOBAL read_only = 0")
                );
            case "postgresql paused" or "mysql paused":
                return (() => Task.Run(server!.Pause), () => Task.Run(server!.Resume));
            default:
                return (() => Task.Run(server!.ShutDown), () => Task.Run(server!.Start));
        }
    }

    /// <summary>A user of that database alone: read_only does not bind one with READ ONLY ADMIN, which ALL on *.* contains.</summary>
    private static async Task<string> WithoutPrivilegesAsync(string connection)
    {
        var builder = new MySqlConnectionStringBuilder(connection);
        await RunAsync(
            new MySqlConnection(connection + ";Pooling=false;Allow User Variables=true"), // else an at sign is a parameter
            "CREATE USER plain@'127.0.0.1'",
            $"GRANT ALL ON {builder.Database}.* TO plain@'127.0.0.1'"
        );
        builder.UserID = "plain";
        return builder.ConnectionString;
    }

    /// <summary>Takes what the file system has left.</summary>
    private static void Fill(string file)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (byte[] block = new byte[4096]; ; )
                stream.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static async Task RunAsync(DbConnection connection, params string[] statements)
    {
        await using (connection)
        {
            await connection.OpenAsync();
            foreach (string statement in statements)
            {
                await using DbCommand command = connection.CreateCommand();
                command.CommandText = statement;
                await command.ExecuteNonQueryAsync();
            }
        }
    }
}
