namespace Parley.Dialogs;

/// <summary>
/// The record of one call (CDR): of one that is over, or an intermediate one of a call that goes on. Immutable. Exactly one final record per
/// call is kept: <see cref="Key"/> is unique, and stays what it is over restarts and take-overs.
/// </summary>
public sealed record CallRecord
{
    /// <summary>The dialog's id (column <c>did</c>, text form).</summary>
    public required DialogId DialogId { get; init; }

    /// <summary>
    /// When the INVITE became a dialog; milliseconds count. Of a call that had failed, has a record of that, and was answered by a 2xx that crossed:
    /// the time of that 2xx.
    /// </summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>When the first 180 or 183 went to the caller; null: none did.</summary>
    public DateTimeOffset? Ring { get; init; }

    /// <summary>When the call was answered; null: it was not.</summary>
    public DateTimeOffset? Answer { get; init; }

    /// <summary>
    /// When it ended: the BYE that ended it arrived, or the proxy began to end it, whenever that was answered; of a call that failed, when its final
    /// response left. Of an intermediate record, when that was made.
    /// </summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>0 of the final record; of intermediate ones 1, 2, 3.</summary>
    public int Number { get; init; }

    /// <summary>The Call-ID.</summary>
    public required string CallId { get; init; }

    /// <summary>The caller's URI, from From.</summary>
    public required string FromUri { get; init; }

    /// <summary>The caller's tag.</summary>
    public string FromTag { get; init; } = "";

    /// <summary>The URI in To.</summary>
    public required string ToUri { get; init; }

    /// <summary>The tag of the callee that answered; empty when none did.</summary>
    public string ToTag { get; init; } = "";

    /// <summary>The request-URI as the INVITE arrived.</summary>
    public string RequestUri { get; init; } = "";

    /// <summary>Where the INVITE came from: <c>proto:ip:port</c>; empty when it is not known any more.</summary>
    public string Source { get; init; } = "";

    /// <summary>Where the branch went that answered (else the one that failed, else the latest): <c>proto:ip:port</c>; empty when there was none.</summary>
    public string Target { get; init; } = "";

    /// <summary>The request-URI of that branch; empty when there was none.</summary>
    public string TargetUri { get; init; } = "";

    /// <summary>How the call went.</summary>
    public CallDisposition Disposition { get; init; }

    /// <summary>The final status that the caller got; 200 of an answered call; 0 when the INVITE ended without one.</summary>
    public int StatusCode { get; init; }

    /// <summary>Why it ended: <see cref="Dialog.TerminationReason"/>; of a call that failed without one, or by the callee, the reason phrase.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Which side ended it.</summary>
    public CallEndedBy EndedBy { get; init; }

    /// <summary>The node that made the record; empty without a name.</summary>
    public string Node { get; init; } = "";

    /// <summary>Custom values: those dialog values whose names <see cref="CallRecordOptions.Values"/> lists, in that order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Values { get; init; } = [];

    /// <summary>The record's identity, <c>did@start</c> with the start in unix milliseconds: the idempotency key for what leaves the database.</summary>
    public string Key => $"{DialogId}@{Start.ToUnixTimeMilliseconds()}";

    /// <summary>From the INVITE to the first 180 or 183, else to the answer, else to the end (post-dial delay).</summary>
    public TimeSpan SetupTime => (Ring ?? Answer ?? End) - Start;

    /// <summary>From the first 180 or 183 to the answer, else to the end; zero when it did not ring.</summary>
    public TimeSpan RingTime => Ring is { } ring ? (Answer ?? End) - ring : TimeSpan.Zero;

    /// <summary>From the answer to the end; zero when it was not answered.</summary>
    public TimeSpan Duration => Answer is { } answer && End > answer ? End - answer : TimeSpan.Zero;
}
