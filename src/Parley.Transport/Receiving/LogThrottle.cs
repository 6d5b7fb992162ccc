namespace Parley.Transport;

/// <summary>Lets one log entry through per second and counts the others, so that a flood on the wire is none in the log.</summary>
internal sealed class LogThrottle(TimeProvider time)
{
    private long _next = long.MinValue;
    private long _leftOut;

    /// <summary>True: to be logged, with how many were left out since the last.</summary>
    public bool Allows(out long leftOut)
    {
        leftOut = 0;
        var now = time.GetTimestamp();
        var next = Volatile.Read(ref _next);
        if (now < next || Interlocked.CompareExchange(ref _next, now + time.TimestampFrequency, next) != next)
        {
            Interlocked.Increment(ref _leftOut);
            return false;
        }
        leftOut = Interlocked.Exchange(ref _leftOut, 0);
        return true;
    }
}
