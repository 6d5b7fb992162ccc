using Parley.Sip;

namespace Parley.Management;

/// <summary>When a target that failed is tried again: after a second, then after twice the time, up to a minute, each time somewhere in its second half. Of all that is on its way; safe from any thread.</summary>
internal sealed class WebhookBackoff(TimeProvider time, SipRandom random)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _notBefore;
    private long _failingSince;
    private int _failures;

    public bool IsFailing
    {
        get
        {
            lock (_lock)
                return _failures > 0;
        }
    }

    /// <summary>A try failed; true for the first of an outage.</summary>
    /// <param name="retryAfter">What the target asks for.</param>
    public bool Failed(TimeSpan? retryAfter)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            // What was on its way when the target failed is the same failure.
            if (_failures > 0 && now < _notBefore)
                return false;
            if (_failures == 0)
                _failingSince = time.GetTimestamp();
            TimeSpan wait = First * Math.Pow(2, Math.Min(_failures, 10));
            wait = (wait < Longest ? wait : Longest) * (0.5 + (0.5 * (random.Next(1001) / 1000.0)));
            _notBefore = now + (retryAfter > wait ? retryAfter.Value : wait);
            return _failures++ == 0;
        }
    }

    /// <summary>A try succeeded; how long it had failed, null when it had not.</summary>
    public TimeSpan? Succeeded()
    {
        lock (_lock)
        {
            if (_failures == 0)
                return null;
            _failures = 0;
            _notBefore = default;
            return time.GetElapsedTime(_failingSince);
        }
    }

    /// <summary>Completes when the target may be tried.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_lock)
                wait = _notBefore - time.GetUtcNow();
            if (wait <= TimeSpan.Zero)
                return;
            // Whole milliseconds, and none of them zero: a delay rounds down.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, cancellation).ConfigureAwait(false);
        }
    }
}
