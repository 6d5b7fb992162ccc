namespace Parley.Transactions;

/// <summary>The states of the server machines (RFC 3261 17.2, RFC 6026 7.1).</summary>
public enum ServerTransactionState : byte
{
    /// <summary>Non-INVITE: the user has the request and has not answered.</summary>
    Trying,

    /// <summary>INVITE: from the beginning; non-INVITE: a provisional response was sent.</summary>
    Proceeding,

    /// <summary>A final response was sent (INVITE: a failure response, waiting for its ACK).</summary>
    Completed,

    /// <summary>INVITE: the ACK came; repeated ones are absorbed.</summary>
    Confirmed,

    /// <summary>INVITE: a 2xx was sent; repeated INVITEs are absorbed.</summary>
    Accepted,

    /// <summary>Over.</summary>
    Terminated,
}
