namespace Parley.Transport;

/// <summary>The answer of the DNS to one question.</summary>
/// <typeparam name="T">The kind of record.</typeparam>
/// <param name="Records">The records of the kind asked for; empty when the name or the kind does not exist.</param>
/// <param name="TimeToLive">How long it holds: the shortest of the records, or the negative time of the zone; null when unknown.</param>
/// <param name="Failed">No answer: timeout, SERVFAIL, refused. Asked again soon.</param>
public readonly record struct DnsAnswer<T>(IReadOnlyList<T> Records, TimeSpan? TimeToLive, bool Failed = false);
