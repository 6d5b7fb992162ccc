namespace Parley.Proxy;

/// <summary>Why a request, or a branch of it, did not succeed.</summary>
public enum FailureReason : byte
{
    /// <summary>It did not fail, or has not yet.</summary>
    None,

    /// <summary>The next hop's name has no address (RFC 3263), or its URI cannot be sent to.</summary>
    NameNotFound,

    /// <summary>It could not be delivered: refused, no route, the connection broke or could not be opened.</summary>
    Unreachable,

    /// <summary>Nothing at all came back, not even a 100, within <see cref="RelayOptions.FirstResponseTimeout"/> or 64*T1 (timers B and F).</summary>
    NoResponse,

    /// <summary>The other side is there but did not answer in time: 408, 480, timer C or <see cref="RelayOptions.FinalResponseTimeout"/>.</summary>
    NoAnswer,

    /// <summary>Busy: 486 or 600.</summary>
    Busy,

    /// <summary>The callee does not want the call: 603, 607 (RFC 8197) or 608 (RFC 8688).</summary>
    Declined,

    /// <summary>There is no such user: 404, 410 or 604.</summary>
    NotFound,

    /// <summary>Credentials are asked for: 401 or 407.</summary>
    Challenged,

    /// <summary>The other side names other contacts: 3xx.</summary>
    Redirected,

    /// <summary>Another 4xx or 6xx.</summary>
    Refused,

    /// <summary>The other side has a fault or is overloaded: 5xx. <see cref="RelayFailure.StatusCode"/> distinguishes a 503 from a 500.</summary>
    ServerError,

    /// <summary>The caller, or this element, cancelled it: 487.</summary>
    Cancelled,
}
