namespace Parley.Proxy;

/// <summary>
/// Collects the young objects early and often (<see cref="ProxyOptions.CollectorPace"/>). What a call allocates is its dialog, and that lives on, so
/// a collection copies all that came since the last one: its length is a matter of how long it was put off. The runtime waits for 16 MB and more,
/// and then stops for 30 to 150 ms; see docs/design/hot-path.md, "The collector".
/// </summary>
/// <param name="bytes">Bytes allocated between two collections; above zero.</param>
internal sealed class CollectorPace(long bytes)
{
    private long _last = GC.GetTotalAllocatedBytes();

    /// <summary>At a moment when the calling thread would wait: nothing that it has to send is held up, and who allocates nothing is never collected.</summary>
    public void Look()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        long last = Interlocked.Read(ref _last);
        if (allocated - last < bytes || Interlocked.CompareExchange(ref _last, allocated, last) != last) return;
        // Generation 1 each time: what survived two collections is out of the way, and so are the cards that lead from old objects to it.
        GC.Collect(1, GCCollectionMode.Forced, blocking: true, compacting: false);
    }
}
