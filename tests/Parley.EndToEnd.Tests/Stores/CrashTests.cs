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

    private static async Task RunAsync(SqlProvider provider, DialogStoreMode mode, int kills)
    {
        if (DatabaseServers.Missing(provider) is { } missing)
            Assert.Skip(missing);
        string folder = TestFolder.ForTest("crash");
        await using var database = new TestDatabase(provider);
        var settings = new CrashSettings
        {
            Mode = mode,
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
