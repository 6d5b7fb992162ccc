namespace Parley.Testing;

/// <summary>Something that should not have happened to a <see cref="ScriptedUserAgent"/>.</summary>
/// <param name="Kind">What.</param>
/// <param name="Time">When, since the agent was made.</param>
/// <param name="CallId">In which call; empty when unknown.</param>
/// <param name="Text">In words.</param>
public sealed record Anomaly(AnomalyKind Kind, TimeSpan Time, string CallId, string Text);
