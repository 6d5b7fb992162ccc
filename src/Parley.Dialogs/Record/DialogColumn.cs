namespace Parley.Dialogs;

/// <summary>The text columns of a <see cref="DialogRecord"/>, in the order of the <c>dialog</c> table.</summary>
public enum DialogColumn : byte
{
    /// <summary><c>callid</c>.</summary>
    CallId,

    /// <summary><c>from_uri</c>.</summary>
    FromUri,

    /// <summary><c>from_tag</c>.</summary>
    FromTag,

    /// <summary><c>to_uri</c>.</summary>
    ToUri,

    /// <summary><c>to_tag</c> of the winning callee.</summary>
    ToTag,

    /// <summary><c>mangled_from_uri</c>; NULL when the proxy does not change From.</summary>
    MangledFromUri,

    /// <summary><c>mangled_to_uri</c>; NULL when the proxy does not change To.</summary>
    MangledToUri,

    /// <summary><c>caller_route_set</c>: name-addrs joined by commas without blanks; NULL when empty.</summary>
    CallerRouteSet,

    /// <summary><c>callee_route_set</c>.</summary>
    CalleeRouteSet,

    /// <summary><c>caller_contact</c>.</summary>
    CallerContact,

    /// <summary><c>callee_contact</c>.</summary>
    CalleeContact,

    /// <summary><c>caller_sock</c>: <c>proto:ip:port</c> of the listener that faces the caller.</summary>
    CallerSocket,

    /// <summary><c>callee_sock</c>.</summary>
    CalleeSocket,

    /// <summary><c>vars</c>: bytes, <c>name#value|</c> repeated.</summary>
    Values,

    /// <summary><c>profiles</c>: <c>name#value|</c> repeated, names with their suffix.</summary>
    Profiles,

    /// <summary><c>rt_on_answer</c>: name of the hook that runs at the answer.</summary>
    OnAnswer,

    /// <summary><c>rt_on_timeout</c>.</summary>
    OnTimeout,

    /// <summary><c>rt_on_hangup</c>.</summary>
    OnHangup,

    /// <summary>
    /// What the <c>dialog</c> table cannot hold, as JSON: further legs, flows, session descriptions, deadlines, ping intervals, times of the call
    /// record, the owner. Kept in the table beside it. Empty: nothing of it.
    /// </summary>
    Details,
}
