namespace Parley.Registrar;

/// <summary>
/// A contact as a row: table <c>location</c> of OpenSIPS, version 1013, and what this server knows beyond it. Times are wall clock, so
/// that time away counts. The texts that the network decides are bytes, whole as they were received.
/// </summary>
public sealed record LocationRecord
{
    /// <summary>Identifies the contact as long as it is bound (<c>contact_id</c>): the low 16 bits of the address's hash, 32 bits for the address, 14 for the contact.</summary>
    public required long ContactId { get; init; }

    /// <summary>The address-of-record, escapes resolved: <c>username</c>, "@" and <c>domain</c>. Without "@" it is a user without a domain, with nothing before the "@" a domain
    /// without a user.</summary>
    public required ReadOnlyMemory<byte> Address { get; init; }

    /// <summary>The contact's URI.</summary>
    public required ReadOnlyMemory<byte> Contact { get; init; }

    /// <summary>When it ends; null: never (0 in the table).</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When it was registered or refreshed.</summary>
    public DateTimeOffset LastModified { get; init; }

    /// <summary>Its preference in thousandths, 0 to 1000; -1 when the table has none.</summary>
    public int Q { get; init; } = 1000;

    /// <summary>Call-ID of the last REGISTER; empty for a contact bound by code.</summary>
    public string CallId { get; init; } = "";

    /// <summary>CSeq of that REGISTER.</summary>
    public uint CSeq { get; init; }

    /// <summary>The Path vector (RFC 3327), first hop first; name-addrs.</summary>
    public IReadOnlyList<byte[]> Path { get; init; } = [];

    /// <summary>The far end of the flow as a URI, "sip:192.0.2.1:5060" or with ";transport=tcp"; null when there is none.</summary>
    public string? Received { get; init; }

    /// <summary>The listener that it registered at, "udp:192.0.2.9:5060"; null when it is not known.</summary>
    public string? Socket { get; init; }

    /// <summary>Whether requests go to <see cref="Received"/> by <see cref="Socket"/> instead of where the URI leads.</summary>
    public FlowUse FlowUse { get; init; }

    /// <summary>The +sip.instance parameter without its quotes; null when there was none.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The reg-id parameter; 0 when there was none.</summary>
    public int RegId { get; init; }

    /// <summary>The User-Agent; null when there was none.</summary>
    public string? UserAgent { get; init; }

    /// <summary>OpenSIPS's own flags of a contact. Null, here and in those below: what the row has stays.</summary>
    public int? Flags { get; init; }

    /// <summary>The names of the branch flags that an OpenSIPS script set (<c>cflags</c>).</summary>
    public string? BranchFlags { get; init; }

    /// <summary>The methods that the contact takes, a bit each (<c>methods</c>).</summary>
    public int? Methods { get; init; }

    /// <summary>What modules of OpenSIPS keep with the contact, a JSON object (<c>kv_store</c>).</summary>
    public string? KeyValues { get; init; }

    /// <summary>What an OpenSIPS script keeps with the contact (<c>attr</c>).</summary>
    public string? Attributes { get; init; }
}
