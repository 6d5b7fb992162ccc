namespace Parley.Simulation;

/// <summary>What came of a run.</summary>
public sealed class SimulationResult
{
    /// <summary>The settings it ran with.</summary>
    public required SimulationSettings Settings { get; init; }

    /// <summary>Over every event of the network and every change of a dialog.</summary>
    public required ulong LogHash { get; init; }

    /// <summary>How many events those were.</summary>
    public required long Events { get; init; }

    /// <summary>The events as text, when asked for.</summary>
    public required IReadOnlyList<string> Lines { get; init; }

    /// <summary>What must never be; empty for a good run.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>The call that is to blame, drawn, when asked for.</summary>
    public string? Ladder { get; init; }

    /// <summary>Dialogs by how they ended.</summary>
    public required IReadOnlyDictionary<string, int> Ends { get; init; }

    /// <summary>Virtual time that passed.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>One line.</summary>
    public override string ToString() =>
        $"seed {Settings.Seed}: {Settings.Calls} calls, {Events} events, log {LogHash:x16}, {Elapsed.TotalSeconds:0} s of virtual time; {string.Join(", ", Ends.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} {e.Value}"))}"
        + (
            Violations.Count == 0
                ? ""
                : $"\n  VIOLATED: {string.Join("\n  VIOLATED: ", Violations.Take(10))}\n  replay: {Settings.Replay}{(Ladder is null ? "" : "\n" + Ladder)}"
        );
}
