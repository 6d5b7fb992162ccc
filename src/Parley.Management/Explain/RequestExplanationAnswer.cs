namespace Parley.Management;

/// <summary>The answer that a request would get.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Reason">Its reason phrase.</param>
/// <param name="Challenge">What it asks credentials for, of a 401 or 407: its WWW-Authenticate or Proxy-Authenticate; null: nothing.</param>
/// <param name="Text">The whole response.</param>
public sealed record RequestExplanationAnswer(int Status, string Reason, string? Challenge, string Text);
