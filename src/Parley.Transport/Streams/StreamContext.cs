using Microsoft.Extensions.Logging;

namespace Parley.Transport;

/// <summary>What all stream connections of a transport share: the table, the clock, the counters, the way to the receiver.</summary>
internal sealed class StreamContext(SipTransport transport, SipStreamOptions options, SipTransportCounters[] counters, ILogger log, TimeProvider time)
{
    private readonly LogThrottle _failed = new(time);
    private readonly LogThrottle _dropped = new(time);
    private readonly LogThrottle _faults = new(time);
    private readonly LogThrottle _accepts = new(time);

    public SipTransport Transport => transport;

    public SipStreamOptions Options => options;

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
        if (before < ConnectionState.Open && reason != CloseReason.Stopped && _failed.Allows(out var leftOut))
            Log.ConnectionFailed(log, connection.Flow.Listener, connection.Flow.Remote, reason, error?.GetBaseException().Message ?? "", leftOut);
        else if (reason is CloseReason.SlowReader or CloseReason.Broken && _dropped.Allows(out leftOut))
            Log.ConnectionDropped(log, connection.Flow.Listener, connection.Flow.Remote, reason, leftOut);
        else
            Log.ConnectionClosed(log, connection.Flow.Listener, connection.Flow.Remote, reason);
    }

    /// <summary>Logs what should not happen in the life of a connection.</summary>
    public void Fault(StreamConnection connection, Exception error)
    {
        if (_faults.Allows(out var leftOut))
            Log.ConnectionFault(log, connection.Flow.Listener, connection.Flow.Remote, leftOut, error);
    }

    /// <summary>Logs that a connection could not be accepted.</summary>
    public void AcceptFailed(SipListener listener, System.Net.Sockets.SocketError error)
    {
        if (_accepts.Allows(out var leftOut))
            Log.AcceptFailed(log, listener, error, leftOut);
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
