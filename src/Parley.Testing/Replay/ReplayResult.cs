using Parley.Hosting;

namespace Parley.Testing;

/// <summary>What came of a replay.</summary>
public sealed class ReplayResult
{
    internal ReplayResult(ReplayOutcome outcome, string line)
    {
        Outcome = outcome;
        Line = line;
    }

    /// <summary>Same, different, or not to be told.</summary>
    public ReplayOutcome Outcome { get; }

    /// <summary>The outcome in one line.</summary>
    public string Line { get; }

    /// <summary>The number of the first message that differs, counted from 1; 0 when none does, or only steps do.</summary>
    public int FirstDifference => Differences.FirstOrDefault(static d => d.MessageNumber > 0).MessageNumber;

    /// <summary>All that differs, in order of time.</summary>
    public IReadOnlyList<ReplayDifference> Differences { get; internal init; } = [];

    /// <summary>How many sent messages were compared.</summary>
    public int Compared { get; internal init; }

    /// <summary>The replayed call: what went in and what came out, with the steps when there were any.</summary>
    public IReadOnlyList<CallFileEntry> Entries { get; internal init; } = [];
}
