using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>Messages that leave without a transaction: relayed responses, ACKs, and what a stateless proxy relays.</summary>
public sealed partial class TransactionLayer
{
    /// <summary>Sends a response to where its topmost Via says (18.2.2), for stateless relays that know nothing of its request. One without a usable way is dropped.</summary>
    /// <param name="response">The whole response, our own Via removed.</param>
    /// <param name="source">Where it came from: its listener is taken where nothing else decides.</param>
    public void SendByVia(ReadOnlySpan<byte> response, in SipFlow source) =>
        SendByVia(response, preferred: null, source.Listener, source.Remote);

    /// <summary>Sends a response that no transaction takes any more the way its request came: over that connection while it is open (18.2.2), else to where
    /// its topmost Via says, by the request's listener.</summary>
    /// <param name="response">The whole response, our own Via removed.</param>
    /// <param name="requestSource">Where the request came from.</param>
    /// <exception cref="ArgumentException">The flow has no listener.</exception>
    public void SendBack(ReadOnlySpan<byte> response, in SipFlow requestSource)
    {
        if (requestSource.Listener is not { } listener)
            throw new ArgumentException("A flow has a listener.", nameof(requestSource));
        if (listener.IsReliable && requestSource.ConnectionId != 0 && Transport.Send(requestSource, response) == SipSendResult.Queued)
            return;
        SendByVia(response, listener, listener, requestSource.Remote);
    }

    /// <summary>Sends a 2xx that the server transaction takes no more the way its other responses went; when that connection is gone, over a new one to the
    /// same address and sent-by's port (18.2.2).</summary>
    /// <param name="response">The whole response, our own Via removed.</param>
    /// <param name="replyFlow">Where the transaction's responses went.</param>
    /// <param name="sentByPort">The port of the request's top Via, or its transport's default.</param>
    public void SendBack(ReadOnlySpan<byte> response, in SipFlow replyFlow, int sentByPort)
    {
        if (Transport.Send(replyFlow, response) == SipSendResult.Queued || !replyFlow.Listener.IsReliable)
            return;
        Transport.SendFor(ResponseRouting.Fallback(replyFlow, sentByPort), response, 0, replyFlow.Remote, out _);
    }

    /// <summary>Sends a message that has no transaction, such as the ACK of a 2xx, with a second way to go when the first fails, at once or later.</summary>
    /// <param name="message">The whole message as the first way takes it; copied.</param>
    /// <param name="flow">The first way.</param>
    /// <param name="second">The whole message as the second way takes it: with another Via. Copied; empty for none.</param>
    /// <param name="secondFlow">The second way; not looked at without <paramref name="second"/>.</param>
    /// <param name="cause">The source of the request that makes us send: a new connection counts against it. Default for a request of our own.</param>
    /// <returns>False: neither way can be taken.</returns>
    public bool SendOnce(
        ReadOnlySpan<byte> message,
        in SipFlow flow,
        ReadOnlySpan<byte> second = default,
        in SipFlow secondFlow = default,
        SipEndPoint cause = default
    )
    {
        if (second.IsEmpty)
            return Transport.SendFor(flow, message, 0, cause, out _) == SipSendResult.Queued;
        ulong token = _secondWays.Keep(second, secondFlow, cause);
        if (Transport.SendFor(flow, message, token, cause, out _) == SipSendResult.Queued)
            return true;
        if (_secondWays.TryTake(token, out byte[] buffer, out _, out _, out _))
            Buffers.Return(buffer);
        return Transport.SendFor(secondFlow, second, 0, cause, out _) == SipSendResult.Queued;
    }

    /// <summary>Bytes of messages that are kept in case their first way fails (<see cref="SendOnce"/>): 1 MiB at most.</summary>
    public int SecondWayBytes => _secondWays.Bytes;

    private void SendAgain(ulong token)
    {
        if (!_secondWays.TryTake(token, out byte[] buffer, out int length, out SipFlow flow, out SipEndPoint cause))
            return;
        Transport.SendFor(flow, buffer.AsSpan(0, length), 0, cause, out _);
        Buffers.Return(buffer);
    }

    private void SendByVia(ReadOnlySpan<byte> response, SipListener? preferred, SipListener received, SipEndPoint cause)
    {
        byte[] copy = Buffers.Rent(response.Length);
        response.CopyTo(copy);
        SipMessage parsed = Scratch.Mine.SentMessage;
        if (
            parsed.Parse(copy, 0, response.Length, Scratch.Limits).Status == SipParseStatus.Ok
            && ResponseRouting.TryForResponse(parsed, Transport, preferred, received, out SipFlow flow)
        )
        {
            Transport.SendFor(flow, response, 0, cause, out _);
        }

        Buffers.Return(copy);
    }
}
