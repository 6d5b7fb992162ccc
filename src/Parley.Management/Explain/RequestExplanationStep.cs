namespace Parley.Management;

/// <summary>A decision on a request.</summary>
/// <param name="AfterMs">How long after its arrival, in milliseconds.</param>
/// <param name="Step">The kind, as in a recorded call: <c>route</c>, <c>limit</c>, <c>reply</c> ...</param>
/// <param name="Text">In plain language.</param>
/// <param name="Rfc">The clause behind it; null: none.</param>
public sealed record RequestExplanationStep(long AfterMs, string Step, string Text, string? Rfc);
