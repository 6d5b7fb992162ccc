using Parley.Sip;

namespace Parley.Transactions;

/// <summary>How many responses of one status there were to requests of one method.</summary>
/// <param name="Method">The method of the requests.</param>
/// <param name="StatusCode">The status; of one that is not registered x00, as which it counts (RFC 3261 8.1.3.2).</param>
/// <param name="Count">How many since the start.</param>
public readonly record struct ResponseCount(SipMethod Method, int StatusCode, long Count);
