namespace Parley.Proxy;

/// <summary>What an own Route of a request within a dialog proves: this proxy wrote it for the request's Call-ID and one of its two tags.</summary>
/// <param name="Kind">What it was written for.</param>
/// <param name="Age">How long ago, in whole minutes.</param>
/// <param name="IsOfThisStart">Written since this application was started. False: by an earlier start, or by another one that has the same <see cref="ProxyOptions.RouteKey"/>.</param>
public readonly record struct RouteProof(RouteProofKind Kind, TimeSpan Age, bool IsOfThisStart);
