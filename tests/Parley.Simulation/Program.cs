using System.Diagnostics;
using System.Globalization;
using Parley.Simulation;
using Parley.Testing;

// dotnet run --project tests/Parley.Simulation -c Release -- --seeds 20000 --calls 50 --from 1
ulong from = 1;
int seeds = 1,
    calls = 50,
    agents = 10,
    workers = Environment.ProcessorCount;
double bad = 0.05,
    minutes = 3;
bool log = false,
    plain = false,
    replay = false,
    crashes = false;
long began = Stopwatch.GetTimestamp();
for (int i = 0; i < args.Length; i++)
{
    string Value() => i + 1 < args.Length ? args[++i] : throw new ArgumentException($"{args[i]} needs a value.");
    switch (args[i])
    {
        case "--seeds":
            seeds = int.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--calls":
            calls = int.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--from":
            from = ulong.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--minutes":
            minutes = double.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--bad":
            bad = double.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--workers":
            workers = int.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--agents":
            agents = int.Parse(Value(), CultureInfo.InvariantCulture);
            break;
        case "--plain":
            plain = true;
            break;
        case "--crashes":
            crashes = true;
            break;
        case "--log":
            log = true;
            break;
        case "--replay":
            from = ulong.Parse(Value(), CultureInfo.InvariantCulture);
            replay = true;
            break;
        default:
            Console.Error.WriteLine(
                "Usage: Parley.Simulation [--seeds N] [--calls N] [--from SEED] [--minutes M] [--bad 0.05] [--agents N] [--workers N] [--plain | --crashes] [--log] [--replay SEED]"
            );
            return 2;
    }
}

int failed = 0,
    done = 0;
var ends = new SortedDictionary<string, int>(StringComparer.Ordinal);
var gate = new Lock();
Parallel.For(
    0,
    seeds,
    new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, workers) },
    n =>
    {
        var settings = new SimulationSettings
        {
            Seed = from + (ulong)n,
            Calls = calls,
            Duration = TimeSpan.FromMinutes(minutes),
            Conditions = LinkConditions.Bad(bad),
            KeepText = log,
            Whole = !plain && !crashes,
            Agents = agents,
            ChecksMemory = !plain && !crashes && (replay || n % 50 == 0),
            DrawsLadder = replay,
            Crashes = crashes,
        };
        SimulationResult result = crashes ? CrashSimulation.Run(settings) : CallSimulation.Run(settings);
        lock (gate)
        {
            done++;
            foreach ((string end, int count) in result.Ends)
                ends[end] = ends.GetValueOrDefault(end) + count;
            if (result.Violations.Count > 0)
                failed++;
            foreach (string line in result.Lines)
                Console.WriteLine(line);
            if (seeds <= 10 || result.Violations.Count > 0 || done % 100 == 0)
                Console.WriteLine(result);
        }
    }
);
Console.WriteLine(
    $"{done} seeds of {calls} calls in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, {failed} failed; {string.Join(", ", ends.Select(e => $"{e.Key} {e.Value}"))}"
);
return failed == 0 ? 0 : 1;
