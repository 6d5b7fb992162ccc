namespace Parley.Transport;

/// <summary>Lets a few log entries through per second, so that a flood on the wire is none in the log.</summary>
internal sealed class LogThrottle(TimeProvider time, int perSecond = 5)
{
    private long _second;
    private int _count;

    public bool Allows()
    {
        var now = time.GetTimestamp() / time.TimestampFrequency;
        if (Interlocked.Exchange(ref _second, now) != now)
            Interlocked.Exchange(ref _count, 0);
        return Interlocked.Increment(ref _count) <= perSecond;
    }
}
