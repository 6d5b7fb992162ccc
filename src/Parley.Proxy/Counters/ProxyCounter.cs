namespace Parley.Proxy;

/// <summary>What <see cref="ProxyCounters"/> counts besides requests by method.</summary>
public enum ProxyCounter
{
    /// <summary>Responses received on branches.</summary>
    RepliesReceived,

    /// <summary>Responses passed upstream.</summary>
    RepliesForwarded,

    /// <summary>Responses of the proxy's own.</summary>
    RepliesSent,

    /// <summary>Copies of requests sent in client transactions.</summary>
    BranchesSent,

    /// <summary>Requests relayed without a transaction, ACKs of 2xx among them.</summary>
    StatelessRelayed,

    /// <summary>Responses relayed without a transaction.</summary>
    StatelessReplies,

    /// <summary>Responses that belong to nothing and were dropped.</summary>
    StrayReplies,

    /// <summary>Responses with no readable Via after ours (RFC 3261 16.7 step 3): the Vias were restored from the request, or the response dropped when there was none.</summary>
    RepliesWithoutVia,

    /// <summary>Branches that went on to their next target.</summary>
    Failovers,

    /// <summary>Branches that ended without a final response.</summary>
    BranchTimeouts,

    /// <summary>Branches that could not be sent.</summary>
    BranchErrors,

    /// <summary>INVITEs cancelled by the caller.</summary>
    Cancelled,

    /// <summary>Requests that ended with a failure response.</summary>
    Failures,

    /// <summary>Loops answered 482.</summary>
    Loops,

    /// <summary>INVITEs refused while draining.</summary>
    Drained,

    /// <summary>Handlers and hooks that threw.</summary>
    HandlerErrors,

    /// <summary>Requests of the proxy's own.</summary>
    LocalRequests,

    /// <summary>Requests answered 440, or forked less than wanted: Max-Breadth (RFC 5393 5.3.3), or too many branches over all returns of one request.</summary>
    BreadthExceeded,
}
