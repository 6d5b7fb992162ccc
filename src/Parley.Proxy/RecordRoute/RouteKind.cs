namespace Parley.Proxy;

/// <summary>How <see cref="SipContext.LooseRoute"/> found the hop before and the hop after this proxy: RFC 3261 16.4 and 16.12.</summary>
public enum RouteKind : byte
{
    /// <summary>The request was not routed by a Route of this proxy.</summary>
    None,

    /// <summary>A loose router sent it, a loose router (or the end) comes next.</summary>
    LooseToLoose,

    /// <summary>A strict router sent it, a loose router (or the end) comes next.</summary>
    StrictToLoose,

    /// <summary>A loose router sent it, a strict router comes next.</summary>
    LooseToStrict,

    /// <summary>A strict router sent it, a strict router comes next.</summary>
    StrictToStrict,
}
