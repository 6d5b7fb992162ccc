namespace Parley.Transactions;

/// <summary>The states of the client machines (RFC 3261 17.1, RFC 6026 7.2).</summary>
public enum ClientTransactionState : byte
{
    /// <summary>Reserved, not started.</summary>
    Idle,

    /// <summary>INVITE: sent, no response yet.</summary>
    Calling,

    /// <summary>Non-INVITE: sent, no response yet.</summary>
    Trying,

    /// <summary>A provisional response came.</summary>
    Proceeding,

    /// <summary>A final response came (INVITE: a failure response, which was acknowledged).</summary>
    Completed,

    /// <summary>INVITE: a 2xx came; more of them are passed up.</summary>
    Accepted,

    /// <summary>Over.</summary>
    Terminated,
}
