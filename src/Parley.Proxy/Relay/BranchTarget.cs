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

    /// <summary>When the connection of <see cref="Flow"/> is closed, the URI (or Path) says where to open another, over the flow's transport where the URI
    /// names none. False: then the branch fails.</summary>
    public bool ReopensFlow { get; init; }

    /// <summary>Without a flow: the listener to send from, where it reaches the place that RFC 3263 finds; its transport is used where the URI names none. Null:
    /// as the dialog's Record-Route says, else as the system routes.</summary>
    public SipListener? From { get; init; }
}
