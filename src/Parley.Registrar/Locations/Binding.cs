using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Registrar;

/// <summary>One contact of an address-of-record, as registered. Immutable: a refresh makes a new one.</summary>
public sealed class Binding
{
    /// <summary>No connection has this id: that of a flow that ended with an earlier process.</summary>
    internal const long GoneConnection = -1;

    internal Binding(
        long contactId,
        SipUri contact,
        int q,
        long registeredAt,
        long expiresAt,
        string callId,
        uint cseq,
        IReadOnlyList<byte[]> path,
        SipFlow? flow,
        FlowUse sendOverFlow,
        string? instanceId,
        int regId,
        string? userAgent
    )
    {
        ContactId = contactId;
        Contact = contact;
        Q = q;
        RegisteredAt = registeredAt;
        ExpiresAt = expiresAt;
        CallId = callId;
        CSeq = cseq;
        Path = path;
        Flow = flow;
        InstanceId = instanceId;
        RegId = regId;
        FlowUse = sendOverFlow;
        IsWithoutFlow = sendOverFlow == FlowUse.Only && (flow is null || flow.Value.ConnectionId == GoneConnection);
        UserAgent = userAgent;
        Size = SizeOf(contact, callId, path, instanceId) + (userAgent is null ? 0 : 24 + (userAgent.Length * 2));
        Target = new BranchTarget
        {
            Uri = contact,
            Q = q,
            Path = path,
            Flow = sendOverFlow == FlowUse.None ? null : flow,
            ReopensFlow = sendOverFlow == FlowUse.WhileOpen,
        };
    }

    /// <summary>Identifies the contact as long as it is bound, over refreshes and restarts: what OpenSIPS calls contact_id.</summary>
    public long ContactId { get; }

    /// <summary>The contact's URI.</summary>
    public SipUri Contact { get; }

    /// <summary>Its preference in thousandths, 0 to 1000; higher is tried earlier.</summary>
    public int Q { get; }

    /// <summary>Call-ID of the REGISTER that made or last refreshed it; empty for one made by code.</summary>
    public string CallId { get; }

    /// <summary>CSeq of that REGISTER.</summary>
    public uint CSeq { get; }

    /// <summary>The Path vector of that REGISTER (RFC 3327), first hop first.</summary>
    public IReadOnlyList<byte[]> Path { get; }

    /// <summary>The flow that the REGISTER came over; its far end is what other servers call "received". Null for a binding made by code without one.</summary>
    public SipFlow? Flow { get; }

    /// <summary>Whether requests go over <see cref="Flow"/> instead of where the contact's URI leads.</summary>
    public FlowUse FlowUse { get; }

    /// <summary>It was restored from a store, and the only way to it (<see cref="FlowUse.Only"/>) was a connection or listener that is gone. It counts and is listed, but it is
    /// not called until it registers again, which a phone does when it sees its connection end (RFC 5626 4.5).</summary>
    public bool IsWithoutFlow { get; }

    /// <summary>The User-Agent of the REGISTER, its first 255 bytes; null when there was none.</summary>
    public string? UserAgent { get; }

    /// <summary>The +sip.instance parameter without its quotes (RFC 5626 4.1); null when there was none.</summary>
    public string? InstanceId { get; }

    /// <summary>The reg-id parameter (RFC 5626 4.2); 0 when there was none. Outbound is not supported, so it identifies no flow: of several bindings of one instance that have it, the one registered last is called.</summary>
    public int RegId { get; }

    /// <summary>The binding as a target to relay to. Over the flow when the contact cannot be reached otherwise (NAT, WebSocket), or while the connection
    /// that a stream client registered by is open; else by its URI.</summary>
    public BranchTarget Target { get; }

    /// <summary>When it was made or refreshed, in the table's milliseconds.</summary>
    internal long RegisteredAt { get; }

    /// <summary>In the table's milliseconds.</summary>
    internal long ExpiresAt { get; }

    /// <summary>Another flow of its instance was registered later: requests go there. Set under the gate of its address.</summary>
    internal bool IsOutdone { get; set; }

    /// <summary>Bytes it takes, as the table reckons: objects, and the texts.</summary>
    internal int Size { get; }

    /// <summary>Bytes of the texts that the network decides.</summary>
    internal static int TextSize(SipUri contact, int callIdLength, IReadOnlyList<byte[]> path, int instanceLength)
    {
        var size = contact.Bytes.Length + callIdLength + instanceLength;
        for (var i = 0; i < path.Count; i++)
            size += path[i].Length;
        return size;
    }

    private static int SizeOf(SipUri contact, string callId, IReadOnlyList<byte[]> path, string? instanceId) =>
        512 + (32 * path.Count) + TextSize(contact, callId.Length * 2, path, (instanceId?.Length ?? 0) * 2);
}
