using Parley.Sip;

namespace Parley.Hosting;

/// <summary>Where requests for a prefix of the dialled number, or for a domain, are relayed.</summary>
/// <param name="Prefix">What the user of the request-URI begins with; null for a route by domain.</param>
/// <param name="Domain">The host of the request-URI, in any case; null for a route by prefix.</param>
/// <param name="Strip">Characters taken from the front of the user; 0 for none.</param>
/// <param name="Targets">Where to, tried one after the other. One without a user gets that of the request.</param>
public sealed record RelayRoute(string? Prefix, string? Domain, int Strip, IReadOnlyList<SipUri> Targets);
