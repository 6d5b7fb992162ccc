namespace Parley.Sip;

/// <summary>What parsing or screening came to.</summary>
/// <param name="Status">What is to be done with the message.</param>
/// <param name="StatusCode">The status to answer a rejected request with (400, 413, 414, 416, 420, 483, 501, 505, 513); else 0.</param>
/// <param name="Reason">A reason phrase for the answer or the log; null when the status is Ok.</param>
public readonly record struct SipParseResult(SipParseStatus Status, int StatusCode, string? Reason)
{
    /// <summary>A message to process.</summary>
    public static SipParseResult Ok => default;

    /// <summary>True for <see cref="SipParseStatus.Ok"/>.</summary>
    public bool IsOk => Status == SipParseStatus.Ok;

    /// <summary>A request to answer with this status.</summary>
    public static SipParseResult Reject(int statusCode, string reason) => new(SipParseStatus.Reject, statusCode, reason);

    /// <summary>Nothing to answer; the reason is for the log.</summary>
    public static SipParseResult Drop(string reason) => new(SipParseStatus.Drop, 0, reason);

    /// <summary>The same verdict as it applies to this message: responses and ACKs are never answered, so a rejection drops them.</summary>
    internal SipParseResult For(SipMessage message) =>
        Status == SipParseStatus.Reject && (!message.IsRequest || message.Method == SipMethod.Ack) ? Drop(Reason!) : this;
}
