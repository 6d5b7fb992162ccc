using System.Globalization;
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

    /// <summary>The whole interface at random moments, over UDP and TCP, with user agents that fall silent; else plain calls only.</summary>
    public bool Whole { get; init; }

    /// <summary>The proxy crashes at random moments and comes back with what its store and its journal have; see <see cref="CrashSimulation"/>.</summary>
    public bool Crashes { get; init; }

    /// <summary>At the end collect garbage and look whether anything still holds a dialog.</summary>
    public bool ChecksMemory { get; init; }

    /// <summary>Record every message, and draw the call that is to blame.</summary>
    public bool DrawsLadder { get; init; }

    /// <summary>Keep a line of text per event.</summary>
    public bool KeepText { get; init; }

    /// <summary>The command that does this run again.</summary>
    public string Replay =>
        $"dotnet run --project tests/Parley.Simulation -c Release -- --replay {Seed} --calls {Calls} --minutes {Duration.TotalMinutes.ToString(CultureInfo.InvariantCulture)}"
        + $" --bad {Conditions.Loss.ToString(CultureInfo.InvariantCulture)}{(Agents == 10 ? "" : $" --agents {Agents}")}{(Crashes ? " --crashes" : Whole ? "" : " --plain")}";
}
