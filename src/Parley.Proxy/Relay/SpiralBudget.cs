namespace Parley.Proxy;

/// <summary>
/// How many branches a request has had each time it came back to this proxy, over all its returns. Requests that come once cost nothing here. Thread-safe; keeps an entry
/// for a while, and a bounded number of them: the oldest goes first.
/// </summary>
internal sealed class SpiralBudget(TimeProvider time)
{
    private const int MostEntries = 65_536;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(4); // longer than timer C: by then all branches of the request are over

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, int> _taken = [];
    private readonly Queue<(ulong Key, long Since)> _order = new();

    public int Count
    {
        get
        {
            lock (_gate)
                return _taken.Count;
        }
    }

    /// <summary>Takes branches for one return of a request; gives back how many may be made, 0 to <paramref name="wanted"/>.</summary>
    /// <param name="request">What is the same at all its returns.</param>
    /// <param name="wanted">Branches wanted.</param>
    /// <param name="limit">All that the request may have.</param>
    public int Take(ulong request, int wanted, int limit)
    {
        lock (_gate)
        {
            Forget();
            bool isKnown = _taken.TryGetValue(request, out int taken);
            int granted = Math.Clamp(limit - taken, 0, wanted);
            _taken[request] = taken + granted;
            if (!isKnown)
                _order.Enqueue((request, time.GetTimestamp()));
            return granted;
        }
    }

    private void Forget()
    {
        while (
            _order.TryPeek(out (ulong Key, long Since) oldest) && (_order.Count >= MostEntries || time.GetElapsedTime(oldest.Since) > Life)
        )
        {
            _order.Dequeue();
            _taken.Remove(oldest.Key);
        }
    }
}
