using Microsoft.Extensions.Logging;
using Parley.Sip;

namespace Parley.Transport;

/// <summary>What all stream connections of a transport share: the table, the clock, the counters, the way to the receiver.</summary>
internal sealed class StreamContext(
    ISipTransport transport,
    ThreadLocal<ThreadState> threads,
    SipStreamOptions options,
    SipTransportCounters[] counters,
    ILogger log,
    TimeProvider time
)
{
    private readonly LogThrottle _failed = new(time);
    private readonly LogThrottle _dropped = new(time);
    private readonly LogThrottle _faults = new(time);
    private readonly LogThrottle _accepts = new(time);

    public ISipTransport Transport => transport;

    public ThreadState CurrentThread => threads.Value!;

    public SipStreamOptions Options => options;

    public TimeProvider Time => time;

    public ConnectionTable Table { get; } = new(options);

    public IdleStrangers Strangers { get; } = new(time);

    /// <summary>Set by Start.</summary>
    public MessageReceiver Receiver { get; set; } = null!;

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
        if (reason is CloseReason.TimedOut or CloseReason.Idle or CloseReason.Silent)
            SipTransportCounters.Add(ref counts._timedOut, 1);
        if (reason == CloseReason.Silent)
            SipTransportCounters.Add(ref counts._silent, 1);
        if (reason == CloseReason.Broken)
            SipTransportCounters.Add(ref counts._broken, 1);
        if (reason == CloseReason.Displaced)
            SipTransportCounters.Add(ref counts._displaced, 1);
        if (before < ConnectionState.Open && reason != CloseReason.Stopped && _failed.Allows(out var leftOut))
            Log.ConnectionFailed(
                log,
                connection.Flow.Listener,
                connection.Flow.Remote,
                reason,
                error?.GetBaseException().Message ?? "",
                leftOut
            );
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

    /// <summary>Takes the responses out of what a connection leaves behind, with their tokens; the other tokens stay.</summary>
    public void KeepResponses(StreamOutput output, ref List<LostResponse>? responses)
    {
        if (output.Length == 0 || Receiver is null)
            return;
        var bytes = output.Bytes.Span;
        for (var at = 0; at < bytes.Length; )
        {
            var frame = SipFraming.Next(bytes[at..], SipLimits.Default);
            if (frame.Kind is not (SipFrameKind.Message or SipFrameKind.KeepAlive))
                break; // half a pong, or the rest is not of a kind that could be sent again
            if (frame.Kind == SipFrameKind.Message && bytes[at..].StartsWith("SIP/2.0 "u8))
            {
                var index = output.Starts.IndexOf(at);
                (responses ??= []).Add(new LostResponse(bytes.Slice(at, frame.Length).ToArray(), index < 0 ? 0 : output.Tokens[index]));
                if (index >= 0)
                    output.Tokens.Forget(index);
            }
            at += frame.Length;
        }
    }

    /// <summary>Informs the receiver of the end of a connection, on a pool thread.</summary>
    public void Report(StreamConnection connection, FailedTokens lost, List<LostResponse>? responses)
    {
        if (Receiver is null)
            return;
        if (responses is not null)
            Resend(connection, responses);
        for (var i = 0; i < lost.Count; i++)
            Receiver.SendFailed(connection.Flow.Listener, lost[i]);
        Receiver.FlowClosed(connection.Flow);
        transport.Flush();
    }

    // 18.2.2: "If that connection is no longer open, the server SHOULD open a connection to the IP address in the "received" parameter, if present,
    // using the port in the "sent-by" value". Once: that connection is an outbound one.
    private void Resend(StreamConnection connection, List<LostResponse> responses)
    {
        var message = new SipMessage();
        foreach (var response in responses)
        {
            if (
                message.Parse(response.Bytes, 0, response.Bytes.Length, SipLimits.Default).Status == SipParseStatus.Ok
                && message.TryGetTopVia(out var via)
                && ViaRouting.TryGetResponseTarget(via, out var target)
                && target.EndPoint.SameAddress(connection.Flow.Remote)
                && transport.SendFor(
                    new SipFlow(connection.Flow.Listener, target.EndPoint),
                    response.Bytes,
                    response.Token,
                    connection.Flow.Remote,
                    out _
                ) == SipSendResult.Queued
            )
                SipTransportCounters.Add(ref CountersOf(connection.Flow)._resent, 1);
            else if (response.Token != 0)
                Receiver.SendFailed(connection.Flow.Listener, response.Token);
        }
    }
}
