using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>A place to forward a request to: an entry of the target set of RFC 3261 16.5. Immutable, may be used for many requests.</summary>
public sealed class BranchTarget
{
    /// <summary>Becomes the request-URI of the branch.</summary>
    public required SipUri Uri { get; init; }

    /// <summary>Thousandths, 0 to 1000: targets of one q are tried at once, higher ones before lower ones.</summary>
    public int Q { get; init; } = 1000;

    /// <summary>Path vector of the registration (RFC 3327): Route values to push, first hop first.</summary>
    public IReadOnlyList<byte[]> Path { get; init; } = [];

    /// <summary>Send here whatever the URI says (e.g. the connection a phone registered over); null: RFC 3263 decides.</summary>
    public SipFlow? Flow { get; init; }
}
