using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;
using Parley.EndToEnd.Tests.Peers;
using Parley.Sql;
using Parley.Sql.Tests.Servers;
using Xunit;

namespace Parley.EndToEnd.Tests.Stores;

/// <summary>Databases that a server cannot use: one line that names what is wrong, exit code 78, and no password in it.</summary>
public class WrongDatabaseTests
{
    /// <summary>What a shell, a connection string or a URI would take for something else.</summary>
    private const string OddPassword = "p a;s'\"s=w@o:r/d\\%{}ü";

    private readonly string _folder = TestFolder.ForTest("wrong");

    [Fact]
    public async Task Two_servers_on_one_file_of_SQLite()
    {
        string file = Path.Combine(_folder, "parley.db");
        await using ParleyServer first = await ParleyServer.StartAsync(Settings.Udp(Ports.Next()) + Store(SqlProvider.Sqlite, file));
        string line = await RefusedAsync(Store(SqlProvider.Sqlite, file));
        Assert.Contains($"of SQLite {file} is in use by another process", line, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EachProvider.Servers), MemberType = typeof(EachProvider))]
    public async Task Two_servers_on_one_table_of_a_server(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        string store = Store(provider, database.ConnectionString);
        await using ParleyServer first = await ParleyServer.StartAsync(Settings.Udp(Ports.Next()) + store);
        string line = await RefusedAsync(store);
        Assert.Contains("is in use by another process (", line, StringComparison.Ordinal);
        Assert.Contains("stop that one, or give this server another database or table", line, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task Tables_of_a_newer_program(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        string store = Store(provider, provider == SqlProvider.Sqlite ? database.File : database.ConnectionString);
        await using (ParleyServer maker = await ParleyServer.StartAsync(Settings.Udp(Ports.Next()) + store))
            await maker.StopAsync();
        await ExecuteAsync(Connect(database), "UPDATE version SET table_version = 99 WHERE table_name = 'parley'");
        string newer = await RefusedAsync(store);
        Assert.Contains("are at step 99, this program knows 3: it is older than they are", newer, StringComparison.Ordinal);
        await ExecuteAsync(
            Connect(database),
            "UPDATE version SET table_version = 3 WHERE table_name = 'parley'",
            "UPDATE version SET table_version = 13 WHERE table_name = 'dialog'"
        );
        string unknown = await RefusedAsync(store);
        Assert.Contains("has version 13; versions 11 and 12 can be used", unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_in_place_of_a_file() =>
        Assert.Contains(
            $"{_folder} cannot be used: it is a directory",
            await RefusedAsync(Store(SqlProvider.Sqlite, _folder)),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_folder_that_is_not_there()
    {
        string file = Path.Combine(_folder, "missing", "parley.db");
        Assert.Contains(
            $"there is no folder {Path.GetDirectoryName(file)}",
            await RefusedAsync(Store(SqlProvider.Sqlite, file)),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("This is not a database. It is a letter, and long enough to be one, with several words in it and no number.")]
    [InlineData("x")]
    public async Task A_file_that_is_no_database(string content)
    {
        string file = Path.Combine(_folder, "letter.txt");
        await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
        string line = await RefusedAsync(Store(SqlProvider.Sqlite, file));
        Assert.Contains(file, line, StringComparison.Ordinal);
        Assert.Contains("not a database", line, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_that_may_only_be_read()
    {
        using SmallDisk? disk = SmallDisk.Mount(megabytes: 8);
        if (disk is null)
            Assert.Skip("A small file system cannot be mounted here (root may).");
        string file = Path.Combine(disk.Folder, "parley.db");
        await using (ParleyServer maker = await ParleyServer.StartAsync(Settings.Udp(Ports.Next()) + Store(SqlProvider.Sqlite, file)))
            await maker.StopAsync();
        disk.MakeReadOnly();
        string line = await RefusedAsync(Store(SqlProvider.Sqlite, file));
        Assert.Contains(file, line, StringComparison.Ordinal);
        Assert.DoesNotContain("in use", line, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EachProvider.Servers), MemberType = typeof(EachProvider))]
    public async Task A_password_of_odd_characters_is_taken_and_a_wrong_one_is_not_shown(SqlProvider provider)
    {
        using DatabaseServer server = EachProvider.NewServer(provider);
        await using var database = new TestDatabase(provider, server);
        await AddUserAsync(server, database);
        string right = WithPassword(database, OddPassword);
        await using (ParleyServer parley = await ParleyServer.StartAsync(Settings.Udp(Ports.Next()) + Store(provider, right)))
        {
            Assert.DoesNotContain("s=w@o", parley.Output, StringComparison.Ordinal);
            await parley.StopAsync();
        }

        const string wrong = "s3cret;'\"";
        string line = await RefusedAsync(Store(provider, WithPassword(database, wrong)));
        Assert.DoesNotContain("s3cret", line, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", line, StringComparison.Ordinal);
        Assert.Contains("odd", line, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EachProvider.Servers), MemberType = typeof(EachProvider))]
    public async Task A_database_that_is_not_there(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        DbConnectionStringBuilder connection = new() { ConnectionString = database.ConnectionString };
        connection["Database"] = "nowhere";
        Assert.Contains("nowhere", await RefusedAsync(Store(provider, connection.ConnectionString)), StringComparison.Ordinal);
    }

    private static string Store(SqlProvider provider, string place) =>
        provider == SqlProvider.Sqlite
            ? $", \"Store\": {{ \"File\": {JsonSerializer.Serialize(place)}, \"OwnershipWait\": 0.5 }} "
            : $", \"Store\": {{ \"Provider\": \"{provider}\", \"Connection\": {JsonSerializer.Serialize(place)}, \"Migrate\": \"Yes\", \"OwnershipWait\": 0.5 }} ";

    /// <summary>Starts a server of a state of its own; the one line that says why it ends.</summary>
    private static async Task<string> RefusedAsync(string store)
    {
        string folder = TestFolder.ForTest("wrong");
        string file = Path.Combine(folder, "parley.json");
        await File.WriteAllTextAsync(file, $$"""{ "Parley": { {{Settings.Udp(Ports.Next())}}{{store}} } }""");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "parley.dll"), "run", "--config", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_STATE_HOME"] = folder;
        start.Environment["Parley__Management__Enabled"] = "false"; // its port is one for all servers of the machine
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"It goes on: {await output}{await errors}");
        }

        Assert.True(process.ExitCode == 78, $"{process.ExitCode}: {await errors}{await output}");
        Assert.DoesNotContain("s3cret", await output, StringComparison.Ordinal);
        // Before the log is there it is on standard error, then in the log; no trace of a stack, and nothing else that alarms.
        string[] lines =
        [
            .. (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            .. (await output)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(static line => !line.Contains("info: ", StringComparison.Ordinal)),
        ];
        TestContext.Current.SendDiagnosticMessage(string.Join('\n', lines));
        return Assert.Single(lines);
    }

    private static string WithPassword(TestDatabase database, string password) =>
        database.Provider == SqlProvider.PostgreSql
            ? new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "odd", Password = password }.ConnectionString
            : new MySqlConnectionStringBuilder(database.ConnectionString) { UserID = "odd", Password = password }.ConnectionString;

    /// <summary>A user "odd" with the odd password.</summary>
    private static async Task AddUserAsync(DatabaseServer server, TestDatabase database)
    {
        if (database.Provider == SqlProvider.PostgreSql)
        {
            string quoted = OddPassword.Replace("'", "''", StringComparison.Ordinal);
            await ExecuteAsync(Connect(database), $"CREATE ROLE odd LOGIN SUPERUSER PASSWORD '{quoted}'");
            await File.WriteAllTextAsync(
                Path.Combine(server.Folder, "data", "pg_hba.conf"),
                "host all odd 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
            );
            await ExecuteAsync(Connect(database), "SELECT pg_reload_conf()", "SELECT pg_sleep(0.5)");
            return;
        }

        string escaped = OddPassword.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);
        await ExecuteAsync(
            new MySqlConnection(database.ConnectionString + ";Pooling=false;Allow User Variables=true"),
            $"CREATE USER odd@'127.0.0.1' IDENTIFIED BY '{escaped}'",
            "GRANT ALL ON *.* TO odd@'127.0.0.1'"
        );
    }

    private static DbConnection Connect(TestDatabase database) =>
        database.Provider switch
        {
            SqlProvider.Sqlite => new SqliteConnection(database.ConnectionString + ";Pooling=false"),
            SqlProvider.PostgreSql => new NpgsqlConnection(database.ConnectionString + ";Pooling=false"),
            _ => new MySqlConnection(database.ConnectionString + ";Pooling=false"),
        };

    private static async Task ExecuteAsync(DbConnection connection, params string[] statements)
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
