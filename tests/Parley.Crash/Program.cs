using Parley.Crash;
using Parley.Crash.Host;

// dotnet run --project tests/Parley.Crash -c Release -- run --kills 50 --rate 200 --mode realtime
// Parley.Crash host ... is one life of the proxy.
if (args is ["host", .. var options])
    return await CrashHost.RunAsync(CrashSettings.Parse(options));
if (args is not ["run", .. var wanted])
{
    Console.Error.WriteLine(
        "Usage: Parley.Crash run [--kills 10] [--rate 200] [--mode realtime|delayed|shutdown] [--durability before|soonafter] [--ending kill|term|both] [--twice 4] [--period 2] [--provider sqlite|postgresql|mysql] [--connection ...] [--seed 1]"
    );
    return 2;
}

CrashSettings settings = CrashSettings.Parse(wanted);
string folder = Directory.CreateTempSubdirectory("parley-crash-").FullName;
if (settings.Connection.Length == 0)
    settings = settings with { Connection = $"Data Source={Path.Combine(folder, "parley.db")}" };
if (settings.Journal.Length == 0)
    settings = settings with { Journal = Path.Combine(folder, "journal") };
using var run = new CrashRun(settings, settings.Port > 0 ? settings.Port : 15060, Console.WriteLine);
await run.RunAsync();
foreach (string fault in run.Faults.Take(20))
    Console.WriteLine(fault);
if (run.Faults.Count == 0)
    Directory.Delete(folder, recursive: true);
else
    Console.WriteLine($"Kept: {folder}");
Console.WriteLine($"{settings.Kills} kills, {run.Answered} calls answered, {run.Faults.Count} faults");
return run.Faults.Count == 0 ? 0 : 1;
