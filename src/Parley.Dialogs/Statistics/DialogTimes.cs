using System.Diagnostics.Metrics;

namespace Parley.Dialogs;

/// <summary>Records the times of calls as they pass through their states. What nothing listens to costs one look at a null.</summary>
internal sealed class DialogTimes(TimeProvider time, DialogCounters counters)
{
    /// <summary>From the INVITE to the first response that says more than 100, of calls that ring or are answered (RFC 6076 4.3.1, session request delay).</summary>
    public Histogram<double>? Setup { get; set; }

    /// <summary>From the INVITE to its 2xx.</summary>
    public Histogram<double>? Answer { get; set; }

    /// <summary>From the 2xx to the end.</summary>
    public Histogram<double>? Duration { get; set; }

    /// <summary>Under the dialog's lock, after a step.</summary>
    /// <param name="old">The state before it.</param>
    /// <param name="life">The state after it.</param>
    /// <param name="effects">What it asked for.</param>
    /// <param name="createdAt">When the INVITE came, unix milliseconds.</param>
    public void OnStep(DialogState old, in DialogLife life, DialogEffects effects, long createdAt)
    {
        bool isAnswered = (effects & DialogEffects.Answered) != 0;
        if (old == DialogState.Unconfirmed && (isAnswered || life.State == DialogState.Early))
            Record(Setup, createdAt);
        if (isAnswered)
        {
            Interlocked.Increment(ref counters.Answered);
            Record(Answer, createdAt);
        }
        else if ((effects & DialogEffects.Ended) != 0 && life.StartTime != 0)
        {
            Record(Duration, life.StartTime);
        }
    }

    private void Record(Histogram<double>? times, long since)
    {
        if (times is { Enabled: true })
            times.Record(Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds() - since) / 1000.0);
    }
}
