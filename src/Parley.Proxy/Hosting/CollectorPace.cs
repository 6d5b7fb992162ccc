namespace Parley.Proxy;

/// <summary>
/// Collects the young objects early and often (<see cref="ProxyOptions.CollectorPace"/>). What a call allocates is its dialog, and that lives on, so
/// a collection copies all that came since the last one: its length is a matter of how long it was put off. The runtime waits for 16 MB and more,
/// and then stops for 30 to 150 ms; see docs/design/hot-path.md, "The collector".
/// </summary>
internal sealed class CollectorPace : IDisposable
{
    // Often enough for 3,000 new calls a second, seldom enough to cost nothing when nobody calls.
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);

    private readonly long _bytes;
    private readonly ITimer _timer;
    private long _last;

    /// <param name="bytes">Bytes allocated between two collections; above zero.</param>
    /// <param name="time">The clock.</param>
    public CollectorPace(long bytes, TimeProvider time)
    {
        _bytes = bytes;
        _last = GC.GetTotalAllocatedBytes();
        _timer = time.CreateTimer(static pace => ((CollectorPace)pace!).Look(), this, s_interval, s_interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        long last = Interlocked.Read(ref _last);
        if (allocated - last < _bytes || Interlocked.CompareExchange(ref _last, allocated, last) != last) return;
        // Generation 1 each time: what survived two collections is out of the way, and so are the cards that lead from old objects to it.
        GC.Collect(1, GCCollectionMode.Forced, blocking: true, compacting: false);
    }
}
