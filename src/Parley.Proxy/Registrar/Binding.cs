using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>One contact of an address-of-record, as registered. Immutable: a refresh makes a new one.</summary>
public sealed class Binding
{
    internal Binding(SipUri contact, int q, long expiresAt, string callId, uint cseq, IReadOnlyList<byte[]> path, SipFlow? flow, FlowUse sendOverFlow, string? instanceId, int regId)
    {
        Contact = contact;
        Q = q;
        ExpiresAt = expiresAt;
        CallId = callId;
        CSeq = cseq;
        Path = path;
        Flow = flow;
        InstanceId = instanceId;
        RegId = regId;
        Target = new BranchTarget { Uri = contact, Q = q, Path = path, Flow = sendOverFlow == FlowUse.None ? null : flow, ReopensFlow = sendOverFlow == FlowUse.WhileOpen };
    }

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

    /// <summary>The flow that the REGISTER came over; null for a binding made by code.</summary>
    public SipFlow? Flow { get; }

    /// <summary>The +sip.instance parameter without its quotes (RFC 5626); null when there was none.</summary>
    public string? InstanceId { get; }

    /// <summary>The reg-id parameter (RFC 5626); 0 when there was none.</summary>
    public int RegId { get; }

    /// <summary>The binding as a target to relay to. Over the flow when the contact cannot be reached otherwise (NAT, WebSocket, outbound), or while the connection
    /// that a stream client registered by is open; else by its URI.</summary>
    public BranchTarget Target { get; }

    /// <summary>In the table's milliseconds.</summary>
    internal long ExpiresAt { get; }
}
