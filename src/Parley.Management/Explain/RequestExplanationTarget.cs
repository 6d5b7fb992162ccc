namespace Parley.Management;

/// <summary>A place that a request would be sent to.</summary>
/// <param name="Uri">The request-URI with which it leaves.</param>
/// <param name="Address">Where to, <c>192.0.2.7:5060</c>.</param>
/// <param name="Transport">By what.</param>
/// <param name="AfterMs">How long after its arrival, in milliseconds; more than a few: when those before stay silent.</param>
/// <param name="Text">The request as it would leave.</param>
public sealed record RequestExplanationTarget(string Uri, string Address, string Transport, long AfterMs, string Text);
