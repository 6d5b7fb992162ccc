namespace Parley.Dialogs;

/// <summary>Keeps followers of requests for reuse. One lock, taken twice per request; what it holds is bounded.</summary>
internal sealed class FollowerPool<T>(Func<FollowerPool<T>, T> make)
    where T : DialogFollower
{
    // Those of INVITEs are out for 64*T1: as many are kept as 2,000 calls a second need.
    private const int Most = 1 << 16;
    private readonly Lock _lock = new();
    private readonly Stack<T> _free = new();

    public T Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out T? follower))
                return follower;
        }

        return make(this);
    }

    public void Return(T follower)
    {
        lock (_lock)
        {
            if (_free.Count < Most)
                _free.Push(follower);
        }
    }
}
