namespace Parley.Management;

/// <summary>Kinds of events; they combine. Their names on the wire stand in the operations page on events.</summary>
[Flags]
public enum EventKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>dialog</c>: a dialog was created, changed its state or something else, or is over.</summary>
    Dialog = 1,

    /// <summary><c>call.started</c>: an INVITE became a call.</summary>
    CallStarted = 1 << 1,

    /// <summary><c>call.answered</c>: its first 2xx came.</summary>
    CallAnswered = 1 << 2,

    /// <summary><c>call.ended</c>: it is over, answered or not; with its call record.</summary>
    CallEnded = 1 << 3,

    /// <summary><c>limit.hit</c>: the limit of a profile refused a call.</summary>
    LimitHit = 1 << 4,

    /// <summary><c>ping.failed</c>: a party of a call answers no pings any more.</summary>
    PingFailed = 1 << 5,

    /// <summary><c>registration</c>: a contact was registered, refreshed, taken back, or ran out.</summary>
    Registration = 1 << 6,

    /// <summary><c>authentication.failed</c>: credentials that were refused, of a SIP request or of the management side.</summary>
    AuthenticationFailed = 1 << 7,

    /// <summary><c>ban</c>: a source is refused for some time.</summary>
    Ban = 1 << 8,

    /// <summary><c>store</c>: a store is away, is back, or refuses a row.</summary>
    Store = 1 << 9,

    /// <summary><c>node</c>: this server started or stops.</summary>
    Node = 1 << 10,

    /// <summary>The start, the answer and the end of calls.</summary>
    Calls = CallStarted | CallAnswered | CallEnded,

    /// <summary>Every kind. <c>gap</c> is no kind: it comes to each receiver that lost something.</summary>
    All = (1 << 11) - 1,
}
