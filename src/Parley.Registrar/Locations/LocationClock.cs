namespace Parley.Registrar;

/// <summary>Milliseconds since the table began: a clock that is never set back.</summary>
internal sealed class LocationClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public long Now => (long)time.GetElapsedTime(_start).TotalMilliseconds;
}
