using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>The core above the transactions (the proxy). Calls come on the thread that read the message. What they throw is logged with the Call-ID and goes no further.</summary>
public interface ITransactionUser
{
    /// <summary>A new request: not ACK, not CANCEL, no retransmission, not merged. Runs inside the transaction's strand. When it throws before a final response, the transaction answers 500.</summary>
    /// <param name="transaction">The request's transaction.</param>
    void OnRequest(ServerTransaction transaction);

    /// <summary>
    /// A CANCEL for an INVITE that has no final response yet; called once per INVITE, inside its strand. The layer has answered the CANCEL with
    /// 200 already (RFC 3261 9.2, 16.10). A CANCEL that matches no transaction is answered 481 by the layer.
    /// </summary>
    /// <param name="invite">The INVITE transaction that it cancels.</param>
    /// <param name="cancel">The CANCEL, valid during the call.</param>
    void OnCancel(ServerTransaction invite, SipMessage cancel);

    /// <summary>An ACK that belongs to no transaction of ours, i.e. for a 2xx: to be relayed without state (RFC 3261 16.11, 17.1.1.2).</summary>
    /// <param name="ack">The ACK, valid during the call.</param>
    /// <param name="source">Where it came from.</param>
    void OnAck(SipMessage ack, in SipFlow source);

    /// <summary>A response whose Via branch is not that of a live client transaction. RFC 6026 8.9: to be dropped, unless it answers a stateless relay.</summary>
    /// <param name="response">The response, valid during the call.</param>
    /// <param name="source">Where it came from.</param>
    void OnStrayResponse(SipMessage response, in SipFlow source);

    /// <summary>May say no before a transaction is made (draining, overload, statelessness).</summary>
    /// <param name="request">The request as received, valid during the call.</param>
    /// <param name="source">Where it came from.</param>
    /// <returns>False after having dealt with the request in a stateless way.</returns>
    bool Admit(SipMessage request, in SipFlow source);
}
