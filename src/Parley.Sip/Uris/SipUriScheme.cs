namespace Parley.Sip;

/// <summary>The URI schemes a proxy can do something with.</summary>
public enum SipUriScheme : byte
{
    /// <summary>Another scheme: the URI is opaque.</summary>
    Other,

    /// <summary>sip (RFC 3261 19.1).</summary>
    Sip,

    /// <summary>sips (RFC 3261 19.1).</summary>
    Sips,

    /// <summary>tel (RFC 3966).</summary>
    Tel,
}
