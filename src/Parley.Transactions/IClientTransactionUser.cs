using Parley.Sip;

namespace Parley.Transactions;

/// <summary>The owner of a client transaction. All calls run inside the transaction's strand.</summary>
public interface IClientTransactionUser
{
    /// <summary>Every provisional and final response, without retransmissions of a final one; for INVITE every 2xx, retransmissions included (RFC 6026 7.2).</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="response">The response, valid during the call.</param>
    void OnResponse(ClientTransaction transaction, SipMessage response);

    /// <summary>No final response in time: timer B or F, or 64*T1 after a CANCEL (RFC 3261 9.1). <see cref="OnTerminated"/> follows.</summary>
    /// <param name="transaction">The transaction.</param>
    void OnTimeout(ClientTransaction transaction);

    /// <summary>The request, or the ACK for its failure response, could not be sent (RFC 3261 17.1.4). <see cref="OnTerminated"/> follows.</summary>
    /// <param name="transaction">The transaction.</param>
    void OnTransportError(ClientTransaction transaction);

    /// <summary>The machine reached Terminated; the object goes back to its pool when this returns, so let go of it.</summary>
    /// <param name="transaction">The transaction.</param>
    void OnTerminated(ClientTransaction transaction);
}
