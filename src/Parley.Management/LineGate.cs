namespace Parley.Management;

/// <summary>Lets one line a minute into the log of what others can cause as often as they like, and counts the rest.</summary>
internal sealed class LineGate(TimeProvider time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _lastLine;
    private int _unsaid;

    /// <summary>Whether the line may be written, and how many were not since the one before.</summary>
    public bool IsOpen(out int unsaid)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            if (_lastLine != 0 && time.GetElapsedTime(_lastLine, now) < Minute)
            {
                unsaid = ++_unsaid;
                return false;
            }

            _lastLine = now;
            (unsaid, _unsaid) = (_unsaid, 0);
            return true;
        }
    }
}
