namespace Parley.Sql;

/// <summary>What <see cref="SqlTools.CheckAsync"/> found, each a line for an operator.</summary>
/// <param name="Facts">What there is: tables, versions, rows.</param>
/// <param name="Findings">What is wrong, or may lose something; empty: nothing.</param>
public sealed record SqlReport(IReadOnlyList<string> Facts, IReadOnlyList<string> Findings);
