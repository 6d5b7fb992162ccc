using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Server.Commands;
using Parley.Server.Storage;
using Parley.Sql;
using Parley.Testing;
using Xunit;

namespace Parley.Server.Tests.Running;

/// <summary>Old call records go: by <c>parley db prune</c>, and each hour where <c>CallRecords:KeepDays</c> says so.</summary>
public sealed class CallRecordPruningTests : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly SimulatedClock _clock = new();
    private readonly string _file = Path.Combine(TestFolder.ForTest("database"), "calls.db");
    private readonly SqlDatabase _database;

    public CallRecordPruningTests() => _database = Open(_clock);

    [Theory]
    [InlineData("--days 30", "", "2 rows removed.", "20 10 0")]
    [InlineData("--days 15", "\"KeepDays\": 30", "3 rows removed.", "10 0")]
    [InlineData("", "\"KeepDays\": 5", "4 rows removed.", "0")]
    [InlineData("--days 36500", "", "0 rows removed.", "50 40 20 10 0")]
    public async Task The_command_removes_what_began_so_many_days_ago(string switches, string setting, string said, string left)
    {
        // The command goes by the clock of the machine.
        await using (var today = Open(TimeProvider.System))
            await WriteAsync(today, DateTimeOffset.UtcNow, 50, 40, 20, 10, 0);
        await using var prune = ServerProcess.Start(["db", "prune", .. Words(switches)], Settings(setting));
        Assert.Equal(said, (await prune.Output.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
        Assert.Equal(0, await prune.WaitForExitAsync(s_limit));
        Assert.Equal(left, await AgesAsync(DateTimeOffset.UtcNow));
    }

    [Theory]
    [InlineData("", "", "Parley:CallRecords:KeepDays is 0: call records are kept for ever; give --days")]
    [InlineData("--days 0", "\"KeepDays\": 5", "--days: 0 is not allowed; give 1 to 36500")]
    [InlineData("--days 36501", "", "--days: 36501 is not allowed; give 1 to 36500")]
    [InlineData("--days -3", "", "--days: -3 is not allowed; give 1 to 36500")]
    public async Task The_command_refuses_what_it_cannot_do_and_removes_nothing(string switches, string setting, string said)
    {
        await WriteAsync(_database, DateTimeOffset.UtcNow, 5_000, 0);
        await using var prune = ServerProcess.Start(["db", "prune", .. Words(switches)], Settings(setting));
        var errors = await prune.Errors.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ParleyCommand.BadConfiguration, await prune.WaitForExitAsync(s_limit));
        Assert.Equal("parley: " + said, errors.Trim());
        Assert.Equal("5000 0", await AgesAsync(DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task A_database_without_tables_is_one_line()
    {
        await using var prune = ServerProcess.Start(["db", "prune", "--days", "2"], Settings(""));
        var errors = await prune.Errors.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ParleyCommand.BadConfiguration, await prune.WaitForExitAsync(s_limit));
        Assert.Contains("run parley db init", Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_start_and_each_hour_what_has_become_too_old_goes()
    {
        using var log = new LineLog();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        await WriteAsync(_database, _clock.GetUtcNow(), 40, 31, 30, 29, 0);
        using var pruning = new CallRecordPruning(_database, 30, _clock, loggers.CreateLogger<CallRecordPruning>());
        await pruning.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync("30 29 0");
        await UntilAsync(() =>
            log.Lines.Any(static line =>
                line.EndsWith("[1015] 2 rows of call records older than 30 days were removed", StringComparison.Ordinal)
            )
        );

        // Not before the hour is over.
        await AdvanceAsync(TimeSpan.FromMinutes(59));
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal("30 29 0", await AgesAsync(_clock.GetUtcNow()));
        await AdvanceAsync(TimeSpan.FromMinutes(2));
        await UntilAsync("29 0");

        // Day by day, hour by hour, until one is left that is young.
        for (var hour = 0; hour < 24; hour++)
            await AdvanceAsync(TimeSpan.FromHours(1));
        await UntilAsync("1");
        await pruning.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_database_that_is_away_is_tried_again_after_an_hour()
    {
        using var log = new LineLog();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        using var pruning = new CallRecordPruning(_database, 30, _clock, loggers.CreateLogger<CallRecordPruning>());
        await pruning.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() =>
            log.Lines.Any(static line => line.Contains("[1016] Old call records were not removed from SQLite", StringComparison.Ordinal))
        );
        await WriteAsync(_database, _clock.GetUtcNow(), 31, 1);
        await AdvanceAsync(TimeSpan.FromMinutes(61));
        await UntilAsync("1");
        Assert.False(pruning.ExecuteTask!.IsCompleted);
        await pruning.StopAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private SqlDatabase Open(TimeProvider time) =>
        new(new SqlDatabaseOptions { Provider = SqlProvider.Sqlite, ConnectionString = $"Data Source={_file}" }, time);

    /// <summary>Call records of calls that began so many days ago.</summary>
    private static async Task WriteAsync(SqlDatabase database, DateTimeOffset now, params int[] days)
    {
        await using var store = new SqlDialogStore(
            database,
            new SqlDialogStoreOptions { Migrate = true, CallRecords = new SqlCallRecordOptions() }
        );
        await store.OpenAsync(default);
        await store.WriteAsync(
            new DialogStoreBatch
            {
                CallRecords =
                [
                    .. days.Select(
                        (age, i) =>
                            new CallRecord
                            {
                                DialogId = DialogId.FromValue((ulong)i + 1),
                                Start = now.AddDays(-age),
                                End = now.AddDays(-age).AddSeconds(1),
                                CallId = $"call {age}",
                                FromUri = "sip:a@a",
                                ToUri = "sip:b@b",
                            }
                    ),
                ],
            },
            default
        );
    }

    /// <summary>How many days ago the calls of the table began, oldest first.</summary>
    private async Task<string> AgesAsync(DateTimeOffset now)
    {
        await using var connection = new SqliteConnection($"Data Source={_file};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT start_time FROM cdr ORDER BY start_time";
        await using var reader = await command.ExecuteReaderAsync();
        var ages = new List<int>();
        while (await reader.ReadAsync())
        {
            var start = DateTime.Parse(
                reader.GetString(0),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal
            );
            ages.Add((int)Math.Floor((now.UtcDateTime - start).TotalDays));
        }
        return string.Join(' ', ages);
    }

    /// <summary>The removal waits for its hour: only then does time go on.</summary>
    private async Task AdvanceAsync(TimeSpan time)
    {
        await UntilAsync(() => _clock.PendingEvents > 0);
        _clock.RunFor(time);
    }

    private async Task UntilAsync(string ages)
    {
        string? found = null;
        await UntilAsync(() => (found = AgesAsync(_clock.GetUtcNow()).GetAwaiter().GetResult()) == ages, () => $"{found}, not {ages}");
    }

    private static async Task UntilAsync(Func<bool> isSo, Func<string>? what = null)
    {
        for (var i = 0; !isSo(); i++)
        {
            Assert.True(i < 3_000, what?.Invoke());
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private string Settings(string setting) =>
        $$"""
            "Store": { "Provider": "Sqlite", "File": "{{_file}}" }, "CallRecords": { {{setting}} }
            """;

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
