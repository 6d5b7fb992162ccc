namespace Parley.Transport;

/// <summary>
/// Finds the strangers' connections that have been idle longest, to make room. One walk through all connections finds some at once, so that
/// a flood of new ones does not cost a walk each.
/// </summary>
internal sealed class IdleStrangers(TimeProvider time)
{
    private const int AtOnce = 64;

    private readonly Lock _lock = new();
    private readonly Candidates _inbound = new(),
        _outbound = new();

    /// <summary>Closes one in that direction; false when there is no stranger.</summary>
    public bool TryDisplace(ConnectionTable table, bool outbound)
    {
        StreamConnection? found;
        lock (_lock)
            found = Next(outbound ? _outbound : _inbound, table, outbound);
        found?.Close(CloseReason.Displaced);
        return found is not null;
    }

    private StreamConnection? Next(Candidates candidates, ConnectionTable table, bool outbound)
    {
        var walked = false;
        while (true)
        {
            while (candidates.Queue.TryDequeue(out var candidate))
            {
                if (IsCandidate(candidate.Connection, outbound) && candidate.Connection.LastActivity == candidate.Activity)
                    return candidate.Connection;
            }
            // When none was found a moment ago, there is none now.
            if (walked || time.GetTimestamp() < candidates.NotBefore || !Walk(candidates, table, outbound))
                return null;
            walked = true;
        }
    }

    private bool Walk(Candidates candidates, ConnectionTable table, bool outbound)
    {
        // The least idle of those kept comes out first.
        var kept = new PriorityQueue<StreamConnection, long>(AtOnce + 1, Comparer<long>.Create(static (a, b) => b.CompareTo(a)));
        foreach (var (_, connection) in table.All)
        {
            if (!IsCandidate(connection, outbound))
                continue;
            kept.Enqueue(connection, connection.LastActivity);
            if (kept.Count > AtOnce)
                kept.Dequeue();
        }
        var found = new List<(StreamConnection, long)>(kept.Count);
        while (kept.TryDequeue(out var connection, out var activity))
            found.Add((connection, activity));
        for (var i = found.Count - 1; i >= 0; i--)
            candidates.Queue.Enqueue(found[i]);
        if (found.Count == 0)
            candidates.NotBefore = time.GetTimestamp() + time.TimestampFrequency;
        return found.Count > 0;
    }

    private static bool IsCandidate(StreamConnection connection, bool outbound)
    {
        if (connection.IsKnown || connection.IsOutbound != outbound)
            return false;
        var state = connection.PublicState;
        // One being opened has a bound of its own.
        return state == SipConnectionState.Open || (!outbound && state == SipConnectionState.Opening);
    }

    private sealed class Candidates
    {
        public Queue<(StreamConnection Connection, long Activity)> Queue { get; } = new();

        public long NotBefore { get; set; } = long.MinValue;
    }
}
