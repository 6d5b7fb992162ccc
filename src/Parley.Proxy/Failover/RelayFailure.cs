namespace Parley.Proxy;

/// <summary>How relaying failed: the status as received, and why.</summary>
/// <param name="StatusCode">
/// As received, 300 to 699: a 503 is 503 here although 500 goes upstream (RFC 3261 16.7 step 6). Where no response came 408 (timeout), 487
/// (cancelled), 500 (a hook failed) or 503 (could not be sent). 0: nothing failed.
/// </param>
/// <param name="Reason">Why.</param>
/// <param name="IsReceived">A response said so; false where none came.</param>
public readonly record struct RelayFailure(int StatusCode, FailureReason Reason, bool IsReceived)
{
    /// <summary>The fault lies with the server or the way to it, not with the callee: another server may do better. True for
    /// <see cref="FailureReason.NameNotFound"/>, <see cref="FailureReason.Unreachable"/>, <see cref="FailureReason.NoResponse"/> and <see cref="FailureReason.ServerError"/>.</summary>
    public bool IsServerFault =>
        Reason is FailureReason.NameNotFound or FailureReason.Unreachable or FailureReason.NoResponse or FailureReason.ServerError;

    /// <summary>What a received status means.</summary>
    /// <param name="statusCode">A final status; below 300 it is no failure.</param>
    internal static FailureReason ReasonOf(int statusCode) =>
        statusCode switch
        {
            < 300 => FailureReason.None,
            < 400 => FailureReason.Redirected,
            401 or 407 => FailureReason.Challenged,
            404 or 410 or 604 => FailureReason.NotFound,
            408 or 480 => FailureReason.NoAnswer,
            486 or 600 => FailureReason.Busy,
            487 => FailureReason.Cancelled,
            603 or 607 or 608 => FailureReason.Declined,
            >= 500 and < 600 => FailureReason.ServerError,
            _ => FailureReason.Refused,
        };
}
