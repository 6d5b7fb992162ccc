using Parley.Sip;

namespace Parley.Transport;

/// <summary>Receives what comes from the network. Calls come from receive loops and pool threads, possibly many at once.</summary>
public interface ISipReceiver
{
    /// <summary>A parsed message. It and its buffer are the transport's: valid during the call only (Retain to keep).</summary>
    /// <param name="message">The message.</param>
    /// <param name="source">The way it came, which a response goes back.</param>
    void OnMessage(SipMessage message, in SipFlow source);

    /// <summary>Bytes that are a SIP request in outline but must be refused. Only requests (never ACK) whose Via, From, To, Call-ID, CSeq could be found come here; the rest is counted and dropped.</summary>
    /// <param name="message">What could be read of it.</param>
    /// <param name="result">The status and reason to answer with.</param>
    /// <param name="source">The way it came.</param>
    void OnMalformed(SipMessage message, SipParseResult result, in SipFlow source);

    /// <summary>A queued message could not be sent.</summary>
    /// <param name="token">As given to <see cref="ISipTransport.Send"/>.</param>
    void OnSendFailed(ulong token);

    /// <summary>A stream connection is gone: what was sent by it may not have arrived, and answers will not come by it. Told once, after <see cref="OnSendFailed"/> of what waited on it.</summary>
    /// <param name="flow">The connection's flow.</param>
    void OnFlowClosed(in SipFlow flow);

    /// <summary>The network reported that a datagram could not be delivered (ICMP destination unreachable or parameter problem, RFC 3261 18.4).
    /// Anybody can send such a report: it proves nothing but what it quotes.</summary>
    /// <param name="flow">The listener that it came to, and where the datagram was sent.</param>
    /// <param name="quoted">The beginning of the datagram, as long as the report quotes it, perhaps empty; valid during the call.</param>
    void OnUnreachable(in SipFlow flow, ReadOnlySpan<byte> quoted) { }

    /// <summary>A receive loop calls it on its own thread after each batch, and when <see cref="LongestWait"/> has passed without one: the place to run that thread's timer wheel. Flush follows.</summary>
    void OnLoop();

    /// <summary>All that came of a batch has left, and its thread waits next: the moment for work that shall not delay a message, such as a collection. Called on receive loops and on threads that read streams.</summary>
    void BeforeWait() { }

    /// <summary>Asked on a receive loop's thread when nothing arrived: for how many milliseconds it may wait for the next datagram, 10 to 1,000.</summary>
    int LongestWait => 10;
}
