namespace Parley.Proxy;

/// <summary>What a Record-Route was written for; see <see cref="SipContext.RecordRouteProof"/>. Part of what <see cref="RouteProof"/> proves.</summary>
public enum RouteProofKind : byte
{
    /// <summary>The Record-Route carries no proof.</summary>
    None = 0,

    /// <summary>A request other than INVITE: SUBSCRIBE, REFER, NOTIFY.</summary>
    Subscription = 1,

    /// <summary>An INVITE of a call that no module keeps state of.</summary>
    Call = 2,

    /// <summary>An INVITE of a call that a module keeps state of, such as a dialog.</summary>
    TrackedCall = 3,
}
