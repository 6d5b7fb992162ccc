using Microsoft.Extensions.Logging;
using Parley.Sip;

namespace Parley.Transport;

/// <summary>Takes bytes from the sockets to the receiver: capture, parsing, counting. Nothing that arrives and nothing that the receiver throws leaves here as an exception.</summary>
internal sealed class MessageReceiver(
    ISipReceiver receiver,
    SipLimits limits,
    ISipTransport transport,
    SipTransportCounters[] counters,
    ILogger log,
    TimeProvider time
)
{
    private const int MaxErrorsAtOnce = 64;

    private readonly LogThrottle _faults = new(time);
    private readonly LogThrottle _errors = new(time);

    public SipLimits Limits => limits;

    /// <summary>A batch of datagrams.</summary>
    public void Datagrams(ThreadState thread, SipListener listener, DatagramSocket socket, int count)
    {
        var tally = default(Tally);
        var message = thread.TakeMessage();
        var tellsLocal = socket.TellsLocal;
        for (var i = 0; i < count; i++)
        {
            var length = socket.LengthOf(i);
            if (socket.IsTruncated(i))
            {
                tally.Bytes += length;
                tally.TooLarge++;
                continue;
            }
            var flow = new SipFlow(tellsLocal ? listener.At(socket.LocalOf(i)) : listener, socket.RemoteOf(i));
            One(message, socket.Buffer, socket.OffsetOf(i), length, flow, ref tally);
        }
        thread.Return(message);
        tally.AddTo(counters[listener.Index]);
    }

    /// <summary>What a stream has buffered: returns the bytes done with. <paramref name="broken"/>: no message can be found any more, the connection must end.</summary>
    public int Stream(ThreadState thread, StreamConnection connection, byte[] buffer, int offset, int length, out bool broken)
    {
        broken = false;
        var tally = default(Tally);
        var message = thread.TakeMessage();
        var done = 0;
        while (done < length && !broken)
        {
            var frame = SipFraming.Next(buffer.AsSpan(offset + done, length - done), limits);
            if (frame.Kind == SipFrameKind.NeedMore)
                break;
            switch (frame.Kind)
            {
                case SipFrameKind.Message:
                    var before = tally.Received;
                    One(message, buffer, offset + done, frame.Length, connection.Flow, ref tally);
                    if (tally.Received != before)
                        connection.HasSpoken = true;
                    done += frame.Length;
                    break;
                case SipFrameKind.Padding:
                    tally.Bytes += frame.Length;
                    done += frame.Length;
                    break;
                case SipFrameKind.KeepAlive:
                    tally.KeepAlives++;
                    tally.Bytes += frame.Length;
                    done += frame.Length;
                    if (frame.Ping && connection.Send("\r\n"u8, 0))
                        thread.MarkDirty(connection);
                    break;
                case SipFrameKind.TooLarge:
                    RefuseHead(
                        message,
                        buffer,
                        offset + done,
                        frame.Length,
                        connection.Flow,
                        SipParseResult.Reject(513, "Message Too Large"),
                        ref tally,
                        ref tally.TooLarge
                    );
                    broken = true;
                    break;
                case SipFrameKind.NoContentLength:
                    RefuseHead(
                        message,
                        buffer,
                        offset + done,
                        frame.Length,
                        connection.Flow,
                        SipParseResult.Reject(400, "Missing Content-Length"),
                        ref tally,
                        ref tally.Malformed
                    );
                    broken = true;
                    break;
                default:
                    RefuseHead(
                        message,
                        buffer,
                        offset + done,
                        frame.Length,
                        connection.Flow,
                        SipParseResult.Reject(400, "Bad Content-Length"),
                        ref tally,
                        ref tally.Malformed
                    );
                    broken = true;
                    break;
            }
        }
        thread.Return(message);
        tally.AddTo(counters[connection.Flow.Listener.Index]);
        return done;
    }

    public void ReceiveFailed(SipListener listener)
    {
        SipTransportCounters.Add(ref counters[listener.Index]._receiveErrors, 1);
        if (_errors.Allows(out var leftOut))
            Log.ReceiveFailed(log, listener, leftOut);
    }

    public void Loop(SipListener listener)
    {
        try
        {
            receiver.OnLoop();
        }
        catch (Exception e)
        {
            Fault(listener, e);
        }
    }

    public void BeforeWait(SipListener listener)
    {
        try
        {
            receiver.BeforeWait();
        }
        catch (Exception e)
        {
            Fault(listener, e);
        }
    }

    public int LongestWait(SipListener listener)
    {
        try
        {
            return Math.Clamp(receiver.LongestWait, DatagramSocket.WaitMilliseconds, 1000);
        }
        catch (Exception e)
        {
            Fault(listener, e);
            return DatagramSocket.WaitMilliseconds;
        }
    }

    public void SendFailed(SipListener listener, ulong token)
    {
        try
        {
            receiver.OnSendFailed(token);
        }
        catch (Exception e)
        {
            Fault(listener, e);
        }
    }

    public void FlowClosed(in SipFlow flow)
    {
        try
        {
            receiver.OnFlowClosed(flow);
        }
        catch (Exception e)
        {
            Fault(flow.Listener, e);
        }
    }

    /// <summary>Handles some ICMP reports of datagrams that did not arrive; the rest stay queued so that reading goes on.</summary>
    public void Unreachable(SipListener listener, DatagramSocket socket)
    {
        for (var i = 0; i < MaxErrorsAtOnce && socket.TryReadError(out var remote, out var quoted); i++)
        {
            SipTransportCounters.Add(ref counters[listener.Index]._unreachable, 1);
            try
            {
                receiver.OnUnreachable(new SipFlow(listener, remote), quoted);
            }
            catch (Exception e)
            {
                Fault(listener, e);
            }
        }
    }

    private void One(SipMessage message, byte[] buffer, int offset, int length, in SipFlow flow, ref Tally tally)
    {
        tally.Bytes += length;
        try
        {
            var result = message.Parse(buffer, offset, length, limits);
            if (result.Status == SipParseStatus.KeepAlive)
            {
                tally.KeepAlives++;
                return;
            }
            transport.Tap?.OnMessage(inbound: true, flow, buffer.AsSpan(offset, length));
            switch (result.Status)
            {
                case SipParseStatus.Ok:
                    tally.Received++;
                    receiver.OnMessage(message, flow);
                    break;
                case SipParseStatus.Reject when SipScreening.IsAnswerable(message):
                    tally.Rejected++;
                    receiver.OnMalformed(message, result, flow);
                    break;
                default:
                    tally.Malformed++;
                    break;
            }
        }
        catch (Exception e)
        {
            Fault(flow.Listener, e);
        }
    }

    // Of a message that cannot be read its head may be there, and with it all that a 400 or 513 needs (RFC 3261 18.3, 21.5.7).
    private void RefuseHead(
        SipMessage message,
        byte[] buffer,
        int offset,
        int headLength,
        in SipFlow flow,
        SipParseResult refusal,
        ref Tally tally,
        ref long dropped
    )
    {
        tally.Bytes += headLength;
        try
        {
            if (
                headLength > 0
                && message.Parse(buffer, offset, headLength, limits).Status != SipParseStatus.Drop
                && SipScreening.IsAnswerable(message)
            )
            {
                tally.Rejected++;
                receiver.OnMalformed(message, refusal, flow);
                return;
            }
            dropped++;
        }
        catch (Exception e)
        {
            Fault(flow.Listener, e);
        }
    }

    /// <summary>Counts and logs what user code threw.</summary>
    public void Fault(SipListener listener, Exception e)
    {
        SipTransportCounters.Add(ref counters[listener.Index]._receiverFaults, 1);
        if (_faults.Allows(out var leftOut))
            Log.ReceiverFault(log, listener, leftOut, e);
    }

    /// <summary>Counts of one batch, added once.</summary>
    private struct Tally
    {
        public long Received,
            Bytes,
            KeepAlives,
            Rejected,
            Malformed,
            TooLarge;

        public readonly void AddTo(SipTransportCounters counters)
        {
            SipTransportCounters.Add(ref counters._received, Received);
            SipTransportCounters.Add(ref counters._receivedBytes, Bytes);
            SipTransportCounters.Add(ref counters._keepAlives, KeepAlives);
            SipTransportCounters.Add(ref counters._rejected, Rejected);
            SipTransportCounters.Add(ref counters._droppedMalformed, Malformed);
            SipTransportCounters.Add(ref counters._droppedTooLarge, TooLarge);
        }
    }
}
