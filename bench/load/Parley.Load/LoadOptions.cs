using System.Globalization;

namespace Parley.Load;

/// <summary>What the command line asks for.</summary>
internal sealed record LoadOptions
{
    public IReadOnlyList<string> Subjects { get; init; } = ["floor", "kamailio", "parley"];

    /// <summary>Another checkout whose Parley is measured too, as a subject of its own; null: none.</summary>
    public string? Against { get; init; }

    public IReadOnlyList<string> Jobs { get; init; } = [];

    public IReadOnlyList<int> Rates { get; init; } = [200, 1000, 2000, 3000];

    public int Runs { get; init; } = 5;

    /// <summary>Runs of bench/load/calls for setup times, beside those of SIPp for the CPU.</summary>
    public int SetupRuns { get; init; } = 3;

    public int SetupSeconds { get; init; } = 3;

    public int Seconds { get; init; } = 5;

    /// <summary>Seconds of load before anything is measured, more than the 32 s that transactions live.</summary>
    public int Warm { get; init; } = 40;

    /// <summary>Calls per second of that load: the highest rate to be measured, but not more than any of the proxies carries with ease.</summary>
    public int WarmRate => Math.Clamp(Rates.Max(), 200, 2000);

    /// <summary>
    /// What a subject is warmed up with: Parley until its hot methods are compiled twice and its oldest transactions end; what is compiled
    /// beforehand needs no more than a few seconds.
    /// </summary>
    public (int Rate, int Seconds) WarmUpOf(string subject) =>
        subject is "against" || subject.StartsWith("parley", StringComparison.Ordinal)
            ? (WarmRate, Warm)
            : (Math.Min(WarmRate, 1000), Math.Min(Warm, 5));

    /// <summary>Seconds after the last call that count too: what a call leaves to be done.</summary>
    public int Tail { get; init; } = 6;

    /// <summary>How much of a core others may use before a run is thrown away, percent.</summary>
    public double Foreign { get; init; } = 5;

    public IReadOnlyList<int> Cores { get; init; } = [1, 2];

    public int Calls { get; init; } = 100_000;

    public int Rate { get; init; } = 1000;

    public int Ping { get; init; } = 30;

    /// <summary>Seconds between two OPTIONS to a leg. Kamailio does not start with a ka_interval under 30.</summary>
    public int PingOf(string subject) => subject == "kamailio" ? Math.Max(Ping, 30) : Ping;

    /// <summary>Seconds between the last call's confirmation and the weighing: longer than any transaction lives.</summary>
    public int Settle { get; init; } = 40;

    /// <summary>Seconds of load beside the standing dialogs in which the collector's pauses are looked at: enough for a collection of the old objects.</summary>
    public int Loaded { get; init; } = 180;

    /// <summary>What grows.</summary>
    public IReadOnlyList<string> Axes { get; init; } = ScaleAxis.Names;

    /// <summary>The most standing dialogs and profile values.</summary>
    public int Most { get; init; } = 500_000;

    public string? Name { get; init; }

    public bool IsQuick { get; init; }

    public static LoadOptions Parse(string? command, IEnumerable<string> arguments)
    {
        LoadOptions options = command switch
        {
            "scale" => new()
            {
                Subjects = ["parley"],
                Jobs = ["b"],
                Rates = [ScaleCommand.LoadRate],
                Runs = 3,
                Rate = 4000,
            },
            "peak" => new() { Seconds = 8 },
            "list" => new()
            {
                Subjects = ["parley"],
                Jobs = ["b"],
                Rates = [200],
                Seconds = 20,
            },
            "start" => new() { Subjects = StartCommand.Names, Runs = 10 },
            _ => new(),
        };
        using IEnumerator<string> each = arguments.GetEnumerator();
        while (each.MoveNext())
        {
            string name = each.Current;
            options = name switch
            {
                "--quick" => options with
                {
                    IsQuick = true,
                    Rates = [200],
                    Runs = 1,
                    SetupRuns = 1,
                    Seconds = 2,
                    SetupSeconds = 1,
                    Warm = 1,
                    Tail = 1,
                    Calls = 1000,
                    Settle = 2,
                    Loaded = 1,
                    Cores = [1],
                    Most = 10_000,
                },
                "--subjects" => options with { Subjects = List(each) },
                "--against" => options with { Against = Path.GetFullPath(Value(each)) },
                "--jobs" => options with { Jobs = List(each) },
                "--rates" => options with { Rates = [.. List(each).Select(Number)] },
                "--cores" => options with { Cores = [.. List(each).Select(Number)] },
                "--runs" => options with { Runs = Number(Value(each)) },
                "--setup-runs" => options with { SetupRuns = Number(Value(each)) },
                "--setup-seconds" => options with { SetupSeconds = Number(Value(each)) },
                "--seconds" => options with { Seconds = Number(Value(each)) },
                "--warm" => options with { Warm = Number(Value(each)) },
                "--tail" => options with { Tail = Number(Value(each)) },
                "--foreign" => options with { Foreign = Number(Value(each)) },
                "--calls" => options with { Calls = Number(Value(each)) },
                "--rate" => options with { Rate = Number(Value(each)) },
                "--ping" => options with { Ping = Number(Value(each)) },
                "--settle" => options with { Settle = Number(Value(each)) },
                "--loaded" => options with { Loaded = Number(Value(each)) },
                "--axes" => options with { Axes = List(each) },
                "--most" => options with { Most = Number(Value(each)) },
                "--name" => options with { Name = Value(each) },
                _ => throw new ArgumentException($"unknown option {name}"),
            };
        }

        if (options.Against is not null)
        {
            if (command != "run")
                throw new ArgumentException("--against is an option of run");
            options = options with { Subjects = [.. options.Subjects.Except(["against"]), "against"] };
        }

        return options;

        string[] List(IEnumerator<string> rest) => Value(rest).Split(',', StringSplitOptions.RemoveEmptyEntries);
        string Value(IEnumerator<string> rest) => rest.MoveNext() ? rest.Current : throw new ArgumentException("an option lacks its value");
        int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}
