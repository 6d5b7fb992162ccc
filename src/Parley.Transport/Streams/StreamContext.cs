using Microsoft.Extensions.Logging;

namespace Parley.Transport;

/// <summary>What all stream connections of a transport share: the table, the clock, the counters, the way to the receiver.</summary>
internal sealed class StreamContext(SipTransport transport, SipStreamOptions options, SipTransportCounters[] counters, ILogger log, TimeProvider time)
{
    private readonly LogThrottle _throttle = new(time);

    public SipTransport Transport => transport;

    public SipStreamOptions Options => options;

    public ILogger Logger => log;

    public TimeProvider Time => time;

    public ConnectionTable Table { get; } = new(options);

    /// <summary>Set by Start.</summary>
    public MessageIntake Intake { get; set; } = null!;

    /// <summary>Never 0, which stands for "not running".</summary>
    public long Now
    {
        get
        {
            var now = time.GetTimestamp();
            return now == 0 ? 1 : now;
        }
    }

    public TimeSpan Elapsed(long since, long now) => time.GetElapsedTime(since, now);

    public SipTransportCounters CountersOf(in SipFlow flow) => counters[flow.Listener.Index];

    /// <summary>Counts and logs the end of a connection.</summary>
    public void Closed(StreamConnection connection, CloseReason reason, ConnectionState before, Exception? error)
    {
        var counts = CountersOf(connection.Flow);
        SipTransportCounters.Add(ref counts._active, -1);
        SipTransportCounters.Add(ref counts._closed, 1);
        if (before < ConnectionState.Open)
            SipTransportCounters.Add(ref counts._connectFailed, 1);
        if (reason == CloseReason.SlowReader)
            SipTransportCounters.Add(ref counts._slowReaders, 1);
        if (reason is CloseReason.TimedOut or CloseReason.Idle)
            SipTransportCounters.Add(ref counts._timedOut, 1);
        if (before < ConnectionState.Open && reason != CloseReason.Stopped && _throttle.Allows())
            Log.ConnectionFailed(log, connection.Flow.Listener, connection.Flow.Remote, reason, error?.GetBaseException().Message ?? "");
        else if (reason is CloseReason.SlowReader or CloseReason.Broken && _throttle.Allows())
            Log.ConnectionDropped(log, connection.Flow.Listener, connection.Flow.Remote, reason);
        else
            Log.ConnectionClosed(log, connection.Flow.Listener, connection.Flow.Remote, reason);
    }

    /// <summary>Tells the receiver of the end of a connection, on a pool thread.</summary>
    public void Report(StreamConnection connection, FailedTokens lost)
    {
        if (Intake is null)
            return;
        for (var i = 0; i < lost.Count; i++)
            Intake.SendFailed(connection.Flow.Listener, lost[i]);
        Intake.FlowClosed(connection.Flow);
        transport.Flush();
    }
}
