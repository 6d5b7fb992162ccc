namespace Parley.Transactions;

/// <summary>What <see cref="TransactionStatistics"/> counts.</summary>
public enum TransactionCounter
{
    /// <summary>INVITE server transactions made.</summary>
    InviteServerCreated,

    /// <summary>Non-INVITE server transactions made, those of CANCEL included.</summary>
    NonInviteServerCreated,

    /// <summary>INVITE client transactions made.</summary>
    InviteClientCreated,

    /// <summary>Non-INVITE client transactions made, those of CANCEL included.</summary>
    NonInviteClientCreated,

    /// <summary>Repeated requests that a server transaction answered or swallowed.</summary>
    RequestsAbsorbed,

    /// <summary>Repeated final responses that a client transaction swallowed.</summary>
    ResponsesAbsorbed,

    /// <summary>Requests retransmitted by timer A or E.</summary>
    RequestsRetransmitted,

    /// <summary>Responses retransmitted, by timer G or for a retransmitted request.</summary>
    ResponsesRetransmitted,

    /// <summary>Client transactions without a final response in time (timers B and F, and 64*T1 after a CANCEL).</summary>
    ClientTimeouts,

    /// <summary>INVITE server transactions whose ACK never came (timer H).</summary>
    ServerTimeouts,

    /// <summary>Copies of a request that came by another way (RFC 3261 8.2.2.2, <see cref="ServerTransaction.IsMerged"/>).</summary>
    Merged,

    /// <summary>Responses that belong to no client transaction.</summary>
    StrayResponses,

    /// <summary>CANCELs that matched a transaction.</summary>
    CancelsMatched,

    /// <summary>CANCELs answered 481.</summary>
    CancelsUnmatched,

    /// <summary>ACKs that belong to no transaction, i.e. for a 2xx.</summary>
    AcksPassed,

    /// <summary>ACKs for answers that were given without a transaction; swallowed.</summary>
    AcksAbsorbed,

    /// <summary>Requests answered 503 because there were too many server transactions.</summary>
    Rejected,

    /// <summary>Responses sent without a transaction.</summary>
    StatelessReplies,

    /// <summary>Malformed requests: answered where they can be, ACKs dropped.</summary>
    Malformed,

    /// <summary>Messages that could not be sent.</summary>
    TransportErrors,

    /// <summary>Calls to user code that threw.</summary>
    CallbackErrors,

    /// <summary>Responses dropped because From, To, Call-ID or CSeq is missing or malformed, and responses to an ACK, which has none.</summary>
    MalformedResponses,

    /// <summary>Client transactions whose connection died before their final response.</summary>
    ConnectionsLost,

    /// <summary>Requests retransmitted over a new connection, because theirs closed before any response.</summary>
    RequestsReconnected,

    /// <summary>Client transactions ended by an ICMP error for their request.</summary>
    Unreachable,

    /// <summary>Server transactions that were answered by a 2xx. The other classes follow in order.</summary>
    Final2xx,

    /// <summary>Server transactions that were answered by a 3xx.</summary>
    Final3xx,

    /// <summary>Server transactions that were answered by a 4xx.</summary>
    Final4xx,

    /// <summary>Server transactions that were answered by a 5xx.</summary>
    Final5xx,

    /// <summary>Server transactions that were answered by a 6xx.</summary>
    Final6xx,

    /// <summary>Responses sent without a transaction: 2xx. The other classes follow in order.</summary>
    Stateless2xx,

    /// <summary>Responses sent without a transaction: 3xx.</summary>
    Stateless3xx,

    /// <summary>Responses sent without a transaction: 4xx.</summary>
    Stateless4xx,

    /// <summary>Responses sent without a transaction: 5xx.</summary>
    Stateless5xx,

    /// <summary>Responses sent without a transaction: 6xx.</summary>
    Stateless6xx,

    /// <summary>Requests with credentials that were answered 401 or 407 all the same, other than for a nonce that had grown old (RFC 7616 3.3, stale).</summary>
    AuthenticationFailures,
}
