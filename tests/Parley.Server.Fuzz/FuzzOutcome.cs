namespace Parley.Server.Fuzz;

/// <summary>What came of a run.</summary>
/// <param name="Faults">What must not be, a line each; empty: all is well.</param>
/// <param name="Summary">What was sent and heard, in one line.</param>
public sealed record FuzzOutcome(IReadOnlyList<string> Faults, string Summary);
