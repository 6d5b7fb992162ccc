using Parley.Testing;

namespace Parley.Simulation;

/// <summary>One run: same settings, same run, byte for byte.</summary>
public sealed record SimulationSettings
{
    /// <summary>Decides everything that is left to chance.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How many calls are made.</summary>
    public required int Calls { get; init; }

    /// <summary>The time over which they begin.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>What every link does.</summary>
    public LinkConditions Conditions { get; init; } = LinkConditions.Bad(0.05);

    /// <summary>Callers, and as many callees.</summary>
    public int Agents { get; init; } = 10;

    /// <summary>Lifetime of a dialog: calls that nobody ends live this long.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Keep a line of text per event.</summary>
    public bool KeepText { get; init; }

    /// <summary>The command that does this run again.</summary>
    public string Replay => $"dotnet run --project tests/Parley.Simulation -- --from {Seed} --seeds 1 --calls {Calls} --minutes {Duration.TotalMinutes:0} --bad {Conditions.Loss:0.###} --log";
}
