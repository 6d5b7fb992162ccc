using System.CommandLine;
using System.Data.Common;
using Parley.Dialogs;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Sql;

namespace Parley.Server.Commands;

/// <summary>The commands <c>parley db init|migrate|check|export|import|prune</c>, on the database of the settings.</summary>
internal static class DatabaseCommand
{
    /// <summary>The exit code of a check that found something.</summary>
    private const int Found = 1;

    /// <summary>The exit code when the database cannot be reached now (EX_UNAVAILABLE of sysexits.h).</summary>
    private const int Unavailable = 69;

    /// <summary>The exit code for a file of an import that is none (EX_DATAERR).</summary>
    private const int BadData = 65;

    public static Command Create(Option<string?> file)
    {
        var rows = new Argument<string?>("file")
        {
            Description = "The file; left out or -: standard output, or input.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return new Command("db", "Makes, checks and copies the tables of the database that the settings name.")
        {
            Verb("init", "Makes the tables that are missing.", static (tools, _, stop) => SayStepsAsync(tools.InitAsync(stop))),
            Verb("migrate", "Brings the tables to their newest form.", static (tools, _, stop) => SayStepsAsync(tools.MigrateAsync(stop))),
            Verb(
                "check",
                "Reads the tables and prints what is wrong with them; changes nothing.",
                static (tools, _, stop) => CheckAsync(tools, stop)
            ),
            Verb("export", "Writes all rows as lines of JSON.", ExportAsync, rows),
            Verb("import", "Reads what export has written. No server may run on the database.", ImportAsync, rows),
            Prune(file),
        };

        Command Verb(
            string name,
            string description,
            Func<SqlTools, string?, CancellationToken, Task<int>> run,
            Argument<string?>? argument = null
        )
        {
            var verb = new Command(name, description);
            if (argument is not null)
                verb.Add(argument);
            verb.SetAction(
                (parsed, stop) => RunAsync(parsed.GetValue(file), argument is null ? null : parsed.GetValue(argument), run, stop)
            );
            return verb;
        }
    }

    private static Command Prune(Option<string?> file)
    {
        var days = new Option<int?>("--days")
        {
            Description = "Calls that began so many days ago go, 1 to 36500; left out: CallRecords:KeepDays.",
        };
        var verb = new Command("prune", "Removes old call records, a thousand rows at a time. May run beside a server.") { days };
        verb.SetAction(
            (parsed, stop) =>
                RunAsync(
                    parsed.GetValue(file),
                    async (store, configuration, stop) =>
                    {
                        var age = parsed.GetValue(days) ?? configuration.Store.KeepDays;
                        if (age is < 1 or > 36_500)
                        {
                            return ParleyCommand.Refuse([
                                parsed.GetValue(days) is null
                                    ? "Parley:CallRecords:KeepDays is 0: call records are kept for ever; give --days"
                                    : $"--days: {age} is not allowed; give 1 to 36500",
                            ]);
                        }
                        var removed = await CallRecordPruning.RemoveAsync(store.Database, age, TimeProvider.System, stop);
                        Console.WriteLine($"{removed} rows removed.");
                        return 0;
                    },
                    stop
                )
        );
        return verb;
    }

    private static Task<int> RunAsync(
        string? settings,
        string? rows,
        Func<SqlTools, string?, CancellationToken, Task<int>> run,
        CancellationToken stop
    ) => RunAsync(settings, (store, _, stop) => run(new SqlTools(store.Database, store.Tables()), rows is "-" ? null : rows, stop), stop);

    private static async Task<int> RunAsync(
        string? settings,
        Func<ServerStore, ServerConfiguration, CancellationToken, Task<int>> run,
        CancellationToken stop
    )
    {
        var (configuration, _, errors) = ConfigurationLoader.Load(settings, readCertificates: false);
        if (configuration is null)
            return ParleyCommand.Refuse(errors);
        if (configuration.Store.IsOff)
            return ParleyCommand.Refuse(["Parley:Store:Provider is None: there is no database"]);
        var directory = RouteKeyFile.DirectoryOf(configuration);
        await using var store = ServerStore.Of(configuration, directory);
        if (store is null)
            return ParleyCommand.Refuse(["Parley:Store:File: there is no state directory for it; give a path"]);
        try
        {
            if (configuration.Store.Provider == StoreProvider.Sqlite && configuration.Store.File is null)
                StateDirectory.Make(directory!.Value.Path);
            return await run(store, configuration, stop);
        }
        catch (DialogStoreException failure)
        {
            return ParleyCommand.Refuse([ServerStart.LineOf(failure)]);
        }
        catch (FormatException failure)
        {
            await Console.Error.WriteLineAsync("parley: " + ServerStart.LineOf(failure));
            return BadData;
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"parley: {store.Place}: {ServerStart.LineOf(failure)}");
            return Unavailable;
        }
    }

    private static async Task<int> SayStepsAsync(Task<IReadOnlyList<string>> running)
    {
        var steps = await running;
        foreach (var step in steps)
            Console.WriteLine(step);
        Console.WriteLine(steps.Count == 0 ? "Nothing to do." : $"{steps.Count} steps done.");
        return 0;
    }

    private static async Task<int> CheckAsync(SqlTools tools, CancellationToken stop)
    {
        var report = await tools.CheckAsync(stop);
        foreach (var fact in report.Facts)
            Console.WriteLine(fact);
        foreach (var finding in report.Findings)
            await Console.Error.WriteLineAsync("parley: " + finding);
        if (report.Findings.Count == 0)
            Console.WriteLine("OK");
        return report.Findings.Count == 0 ? 0 : Found;
    }

    private static async Task<int> ExportAsync(SqlTools tools, string? file, CancellationToken stop)
    {
        await using var lines = file is null ? Console.OpenStandardOutput() : File.Create(file);
        var rows = await tools.ExportAsync(lines, stop);
        await Console.Error.WriteLineAsync($"{rows} rows written.");
        return 0;
    }

    private static async Task<int> ImportAsync(SqlTools tools, string? file, CancellationToken stop)
    {
        await using var lines = file is null ? Console.OpenStandardInput() : File.OpenRead(file);
        var rows = await tools.ImportAsync(lines, stop);
        await Console.Error.WriteLineAsync($"{rows} rows read.");
        return 0;
    }
}
