using Parley.Crash;
using Parley.Dialogs;
using Parley.EndToEnd.Tests.Peers;
using Parley.Sql;
using Parley.Sql.Tests.Servers;
using Xunit;

namespace Parley.EndToEnd.Tests.Stores;

/// <summary>kill -9 at random moments under load; after each restart every call is ended. More of it: <c>dotnet run --project tests/Parley.Crash -c Release -- run --kills 50</c>.</summary>
public class CrashTests
{
    /// <summary>No answered call is missing, none is doubled, every BYE gets to the other side, the profile is right, one call record per call.</summary>
    [Theory]
    [InlineData(SqlProvider.Sqlite, 10)]
    [InlineData(SqlProvider.PostgreSql, 2)]
    [InlineData(SqlProvider.MySql, 2)]
    public Task In_realtime_nothing_is_lost(SqlProvider provider, int kills) => RunAsync(provider, DialogStoreMode.Realtime, kills);

    /// <summary>At most what was answered within one period is missing; every BYE gets to the other side all the same.</summary>
    [Fact]
    public Task Delayed_at_most_a_period_is_lost() => RunAsync(SqlProvider.Sqlite, DialogStoreMode.Delayed, 3);

    /// <summary>What was there at an orderly stop comes back whole; a kill loses what is in memory alone, and doubles or spoils nothing.</summary>
    [Fact]
    public Task In_shutdown_an_orderly_stop_loses_nothing_and_a_kill_spoils_nothing() =>
        RunAsync(SqlProvider.Sqlite, DialogStoreMode.Shutdown, 4, ending: CrashEnding.Both);

    /// <summary>Ended, started, ended at once and started again.</summary>
    [Theory]
    [InlineData(DialogStoreMode.Realtime, DialogDurability.Before, CrashEnding.Kill)]
    [InlineData(DialogStoreMode.Realtime, DialogDurability.Before, CrashEnding.Term)]
    [InlineData(DialogStoreMode.Realtime, DialogDurability.SoonAfter, CrashEnding.Kill)]
    [InlineData(DialogStoreMode.Realtime, DialogDurability.SoonAfter, CrashEnding.Term)]
    [InlineData(DialogStoreMode.Delayed, DialogDurability.Before, CrashEnding.Kill)]
    [InlineData(DialogStoreMode.Delayed, DialogDurability.Before, CrashEnding.Term)]
    [InlineData(DialogStoreMode.Shutdown, DialogDurability.Before, CrashEnding.Kill)]
    [InlineData(DialogStoreMode.Shutdown, DialogDurability.Before, CrashEnding.Term)]
    public Task Twice_in_a_row(DialogStoreMode mode, DialogDurability durability, CrashEnding ending) =>
        RunAsync(SqlProvider.Sqlite, mode, kills: 1, durability, ending, twice: 1);

    private static async Task RunAsync(
        SqlProvider provider,
        DialogStoreMode mode,
        int kills,
        DialogDurability durability = DialogDurability.Before,
        CrashEnding ending = CrashEnding.Kill,
        int twice = 4
    )
    {
        if (DatabaseServers.Missing(provider) is { } missing)
            Assert.Skip(missing);
        string folder = TestFolder.ForTest("crash");
        await using var database = new TestDatabase(provider);
        var settings = new CrashSettings
        {
            Mode = mode,
            Durability = durability,
            Ending = ending,
            Twice = twice,
            Kills = kills,
            Seed = 7,
            Provider = CrashSettings.NameOf(provider),
            Connection = database.ConnectionString,
            Journal = Path.Combine(folder, "journal"),
        };
        using var run = new CrashRun(settings, Ports.Next(), static line => TestContext.Current.SendDiagnosticMessage(line));
        await run.RunAsync();
        Assert.Empty(run.Faults.Take(10));
        Assert.True(run.Answered > kills * 100, $"only {run.Answered} calls were answered");
    }
}
