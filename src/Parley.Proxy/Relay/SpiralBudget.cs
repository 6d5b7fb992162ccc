namespace Parley.Proxy;

/// <summary>
/// How many branches a request has had each time it came back to this proxy, over all its returns. Requests that come once cost nothing here. Thread-safe; keeps an entry
/// for a while, and a bounded number of them: the oldest goes first.
/// </summary>
internal sealed class SpiralBudget(TimeProvider time)
{
    private const int MostEntries = 65_536;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(4); // longer than timer C: by then all branches of the request are over

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, int> _reserved = [];
    private readonly Queue<(ulong Key, long Since)> _order = new();

    public int Count
    {
        get
        {
            lock (_lock)
                return _reserved.Count;
        }
    }

    /// <summary>Reserves branches for one return of a request; returns how many may be made, 0 to <paramref name="wanted"/>.</summary>
    /// <param name="request">What is the same at all its returns.</param>
    /// <param name="wanted">Branches wanted.</param>
    /// <param name="limit">All that the request may have.</param>
    public int Reserve(ulong request, int wanted, int limit)
    {
        lock (_lock)
        {
            Forget();
            bool isKnown = _reserved.TryGetValue(request, out int taken);
            int granted = Math.Clamp(limit - taken, 0, wanted);
            _reserved[request] = taken + granted;
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
            _reserved.Remove(oldest.Key);
        }
    }
}
