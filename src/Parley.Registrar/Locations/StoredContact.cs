using Parley.Sip;
using Parley.Transport;

namespace Parley.Registrar;

/// <summary>A contact with all that a binding has of it, to be bound by code (<see cref="LocationTable.Bind(AddressOfRecord, StoredContact)"/>).</summary>
public sealed class StoredContact
{
    /// <summary>The contact's URI.</summary>
    public required SipUri Contact { get; init; }

    /// <summary>Its preference in thousandths, 0 to 1000; higher is tried earlier.</summary>
    public int Q { get; init; } = 1000;

    /// <summary>How long it is bound, a second or more; null: for ever.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>Call-ID of the REGISTER that made or last refreshed it; empty when there was none. A REGISTER with this Call-ID needs a higher <see cref="CSeq"/> (RFC 3261 10.3 step 7).</summary>
    public string CallId { get; init; } = "";

    /// <summary>CSeq of that REGISTER.</summary>
    public uint CSeq { get; init; }

    /// <summary>The Path vector of that REGISTER (RFC 3327), first hop first; name-addrs.</summary>
    public IReadOnlyList<byte[]> Path { get; init; } = [];

    /// <summary>
    /// The flow that the REGISTER came over; null when there is none. Its far end is what other servers store as "received". After a restart make it of a listener of
    /// the transport and that address; a connection is gone then.
    /// </summary>
    public SipFlow? Flow { get; init; }

    /// <summary>Whether requests go over <see cref="Flow"/> instead of where the contact's URI leads.</summary>
    public FlowUse FlowUse { get; init; }

    /// <summary>The way that <see cref="FlowUse.Only"/> means is gone, e.g. a connection of before a restart: the contact is listed, but not called until it registers again.</summary>
    public bool HasLostFlow { get; init; }

    /// <summary>The +sip.instance parameter without its quotes (RFC 5626 4.1); null when there was none.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The reg-id parameter (RFC 5626 4.2); 0 when there was none.</summary>
    public int RegId { get; init; }

    /// <summary>The User-Agent of the REGISTER; null when there was none.</summary>
    public string? UserAgent { get; init; }

    internal void Check(string parameter)
    {
        string? wrong = this switch
        {
            { Contact: null } => "Contact is missing.",
            { Q: < 0 or > 1000 } => "Q is 0 to 1000.",
            { Lifetime: { } lifetime } when lifetime < TimeSpan.FromSeconds(1) => "Lifetime is a second or more.",
            { CallId: null } => "CallId is empty when there is none, not null.",
            { Path: null } => "Path is empty when there is none, not null.",
            { HasLostFlow: true, FlowUse: not FlowUse.Only } => "HasLostFlow is of FlowUse.Only.",
            { FlowUse: not FlowUse.None, Flow: null, HasLostFlow: false } => "FlowUse needs a Flow.",
            { FlowUse: < FlowUse.None or > FlowUse.Only } => "FlowUse is not one of its values.",
            { Flow: { Listener: null } } => "Flow has no listener.",
            { RegId: < 0 } => "RegId is 0 or more.",
            _ => null,
        };
        if (wrong is null && Path is { } path && !path.All(static hop => hop is not null && IsNameAddr(hop)))
            wrong = "Path holds a value that is not a name-addr.";
        if (wrong is not null)
            throw new ArgumentException(wrong, parameter);
    }

    private static bool IsNameAddr(byte[] text) => NameAddrView.TryParse(text, out NameAddrView value) && value.Uri.IsValid;
}
