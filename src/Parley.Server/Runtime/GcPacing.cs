namespace Parley.Server.Runtime;

/// <summary>
/// Runs a generation-1 collection of the whole process each time so many bytes have been allocated. What a call allocates is its dialog, and that lives on,
/// so a collection copies all that came since the last one: the later it runs, the longer it stops all threads. The runtime waits for 16 MB and more
/// (stops of 25 to 176 ms); see docs/design/hot-path.md, "The collector's pace".
/// </summary>
/// <param name="bytes">Bytes allocated between two collections; above zero.</param>
internal sealed class GcPacing(long bytes)
{
    /// <summary>What the server sets: stops of a few milliseconds for about 1 % of a core at 1,000 calls/s.</summary>
    public const int DefaultBytes = 512 * 1024;

    private long _last = GC.GetTotalAllocatedBytes();
    private int _fullCollections = GC.CollectionCount(2);
    private long _lastFull = LastFull();

    /// <summary>At a moment when the calling thread would wait: nothing that it has to send is held up, and a thread that allocates nothing never collects.</summary>
    public void Look()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        long last = Interlocked.Read(ref _last);
        if (allocated - last < bytes || Interlocked.CompareExchange(ref _last, allocated, last) != last)
            return;
        if (IsFullCollectionRunning())
            return;
        // Generation 1 each time: what survived two collections is out of the way, and so are the cards that lead from old objects to it. The runtime makes
        // generation 2 of it when its time has come, in the background if the thread for that has begun to run by the time it looks. It ends that thread
        // after 20 s without work, and waits for a new one to be started, not for it to run: on a single core the
        // waiting thread won the race and ran a blocking generation-2 collection of 0.6 s (dotnet/runtime 119383, fixed after .NET 10).
        using SchedBatchScope batch = SchedBatchScope.Enter();
        GC.Collect(1, GCCollectionMode.Forced, blocking: true, compacting: false);
    }

    /// <summary>
    /// A collection of the old objects runs in the background. One of the young would have the calling thread wait for it, for 150 ms where both have one
    /// core: meanwhile the runtime's own pace has to do. (The count goes up when it begins, its description is there when it has ended.)
    /// </summary>
    private bool IsFullCollectionRunning()
    {
        int count = GC.CollectionCount(2);
        if (count == Volatile.Read(ref _fullCollections))
            return false;
        long last = LastFull();
        if (last == Volatile.Read(ref _lastFull))
            return true;
        Volatile.Write(ref _lastFull, last);
        Volatile.Write(ref _fullCollections, count);
        return false;
    }

    private static long LastFull() => Math.Max(GC.GetGCMemoryInfo(GCKind.Background).Index, GC.GetGCMemoryInfo(GCKind.FullBlocking).Index);
}
