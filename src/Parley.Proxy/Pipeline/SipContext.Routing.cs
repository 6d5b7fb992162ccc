#pragma warning disable CA1822, CA1065, IDE0060 // skeleton: bodies follow
using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

// The request's face of RecordRoute/: who routes it where. The internal members below are what the relay calls.
public sealed partial class SipContext
{
    /// <summary>RFC 3261 16.4 and 16.12, as the field's loose_route: consumes own Routes. Modules' <see cref="IProxyModule.OnRouted"/> run inside.</summary>
    /// <returns>True for a request within a dialog (or with preloaded foreign routes) that can now be relayed.</returns>
    public bool LooseRoute() => throw new NotImplementedException();

    /// <summary>What <see cref="LooseRoute"/> found.</summary>
    public RouteKind RouteKind => throw new NotImplementedException();

    /// <summary>A parameter of any own Route URI consumed, top first, and of an own request-URI of a strict previous hop; did and ftag are found here.</summary>
    /// <param name="name">The parameter, without case.</param>
    /// <param name="value">Its value, lives as long as the request.</param>
    /// <returns>False when no own URI has it.</returns>
    public bool TryGetRouteParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => TryGetRouteParameter(name, 0, out value);

    /// <summary>All candidates for one parameter (a did may stand in the second of a double pair or the rewritten request-URI): index 0, 1, ... until false.</summary>
    /// <param name="name">The parameter, without case.</param>
    /// <param name="occurrence">From 0.</param>
    /// <param name="value">Its value, lives as long as the request.</param>
    /// <returns>False when there are no more.</returns>
    public bool TryGetRouteParameter(ReadOnlySpan<byte> name, int occurrence, out ReadOnlySpan<byte> value) => throw new NotImplementedException();

    /// <summary>True: travels from caller to callee, by ftag against the From tag; null when no ftag is known.</summary>
    public bool? IsDownstream => throw new NotImplementedException();

    /// <summary>The URI names this element: a listener, its advertised name or an alias.</summary>
    /// <param name="uri">A SIP URI.</param>
    /// <returns>True when it is ours.</returns>
    public bool IsOwn(SipUriView uri) => throw new NotImplementedException();

    /// <summary>The request-URI that branches get unless a target says otherwise. After strict routing it is the restored one.</summary>
    public ReadOnlySpan<byte> RequestUri => throw new NotImplementedException();

    /// <summary>Replaces <see cref="RequestUri"/>.</summary>
    /// <param name="uri">A URI; copied.</param>
    public void SetRequestUri(ReadOnlySpan<byte> uri) => throw new NotImplementedException();

    /// <summary>Replaces the remaining Route set (fix-route).</summary>
    /// <param name="routes">name-addrs or bare URIs; empty removes all.</param>
    public void SetRoutes(IReadOnlyList<byte[]> routes) => throw new NotImplementedException();

    /// <summary>The remaining Routes after <see cref="LooseRoute"/> (the top one is the next hop).</summary>
    public NameAddrList RemainingRoutes => throw new NotImplementedException();

    /// <summary>Puts this proxy's Record-Route into every copy (RFC 3261 16.6 step 4; RFC 5658 for two of them).</summary>
    public void RecordRoute() => throw new NotImplementedException();

    /// <summary><see cref="RecordRoute"/> was called.</summary>
    public bool IsRecordRouting => throw new NotImplementedException();

    /// <summary>";name=value" in every Record-Route of this request; before or after <see cref="RecordRoute"/>.</summary>
    /// <param name="name">A token; copied.</param>
    /// <param name="value">Copied; empty for a flag.</param>
    public void AddRecordRouteParameter(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => throw new NotImplementedException();

    /// <summary>The context begins a new request or goes back to its pool: forget all routing state (keep buffers).</summary>
    internal void ResetRouting()
    {
    }

    /// <summary>RFC 3261 16.6 steps 2 and 6: the branch's request-URI, own Routes out, Path in, strict next hop.</summary>
    /// <param name="edits">The copy's changes.</param>
    /// <param name="requestUri">The request-URI of this branch (the target's, else <see cref="RequestUri"/>).</param>
    /// <param name="path">Routes of the target to push.</param>
    internal void WriteRoutes(SipEdits edits, ReadOnlySpan<byte> requestUri, IReadOnlyList<byte[]> path)
    {
        if (!requestUri.SequenceEqual(Request.RequestUri)) edits.ReplaceRequestUri(requestUri);
    }

    /// <summary>RFC 3261 16.6 step 7: the URI that says where to send: first Route (Path before Route), else the request-URI.</summary>
    internal ReadOnlySpan<byte> NextHop(ReadOnlySpan<byte> requestUri, IReadOnlyList<byte[]> path) => requestUri;

    /// <summary>RFC 3261 16.6 step 4; called for every copy, also when not record-routing.</summary>
    /// <param name="edits">The copy's changes.</param>
    /// <param name="inbound">Where the request was heard.</param>
    /// <param name="outbound">Where the copy leaves.</param>
    internal void WriteRecordRoute(SipEdits edits, SipListener inbound, SipListener outbound)
    {
    }
}
