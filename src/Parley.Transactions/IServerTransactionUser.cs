namespace Parley.Transactions;

/// <summary>The owner of a server transaction. All calls run inside the transaction's strand.</summary>
public interface IServerTransactionUser
{
    /// <summary>A response could not be sent, not even by the Via's sent-by. The transaction stays in its state (RFC 6026 8.8).</summary>
    /// <param name="transaction">The transaction.</param>
    void OnTransportError(ServerTransaction transaction);

    /// <summary>The ACK for a failure response never came: timer H (RFC 3261 17.2.1). <see cref="OnTerminated"/> follows.</summary>
    /// <param name="transaction">The transaction.</param>
    void OnTimeout(ServerTransaction transaction) { }

    /// <summary>The machine reached Terminated; the object goes back to its pool when this returns, so let go of it.</summary>
    /// <param name="transaction">The transaction.</param>
    void OnTerminated(ServerTransaction transaction);
}
