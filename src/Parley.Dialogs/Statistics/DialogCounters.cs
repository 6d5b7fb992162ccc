namespace Parley.Dialogs;

/// <summary>What is counted as it happens; read as <see cref="DialogStatistics"/>.</summary>
internal sealed class DialogCounters
{
    public long Processed;
    public long Expired;
    public long Failed;
    public long Refused;
    public long DroppedNotifications;
    public long Answered;
    public long PingsSent;
    public long PingsAnswered;
    public long PingsMissed;
    public long PingsDead;

    // By the status that the caller got; 0: none was known.
    private readonly long[] _failedBy = new long[700];

    public void CountFailed(int statusCode)
    {
        Interlocked.Increment(ref Failed);
        Interlocked.Increment(ref _failedBy[(uint)statusCode < (uint)_failedBy.Length ? statusCode : 0]);
    }

    public List<KeyValuePair<int, long>> FailedByStatus()
    {
        var counts = new List<KeyValuePair<int, long>>();
        for (int status = 0; status < _failedBy.Length; status++)
        {
            if (Volatile.Read(ref _failedBy[status]) is > 0 and long count)
                counts.Add(new KeyValuePair<int, long>(status, count));
        }

        return counts;
    }
}
