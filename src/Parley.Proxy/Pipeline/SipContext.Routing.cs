using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

// The request's face of RecordRoute/: which Routes it has and where it goes. The internal members below are what the relay calls.
public sealed partial class SipContext
{
    private readonly RouteState _routing = new();
    private bool _isRouted;
    private bool _copyIsSips;

    /// <summary>RFC 3261 16.4 and 16.12, as OpenSIPS's loose_route: consumes own Routes. Modules' <see cref="IProxyModule.OnRouted"/> run inside.</summary>
    /// <remarks>
    /// 16.4 is applied in any case before a request leaves; this call returns the outcome. The message itself is not changed: what was
    /// consumed is recorded and left out of the copies.
    /// </remarks>
    /// <returns>True for a request within a dialog that had Routes (or one with preloaded foreign routes), which can now be relayed. False without a Route, with a malformed one, or when an initial request named only this proxy.</returns>
    public bool LooseRoute()
    {
        var result = Routed().Result;
        if (result && !_isRouted)
        {
            _isRouted = true;
            RunRoutedModules();
        }
        return result;
    }

    /// <summary>What <see cref="LooseRoute"/> found.</summary>
    public RouteKind RouteKind => Routed().Kind;

    /// <summary>A parameter of any own Route URI consumed, top first, and of an own request-URI of a strict previous hop; did and ftag are found here.</summary>
    /// <param name="name">The parameter, without case.</param>
    /// <param name="value">Its value, lives as long as the request.</param>
    /// <returns>False when no own URI has it.</returns>
    public bool TryGetRouteParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => TryGetRouteParameter(name, 0, out value);

    /// <summary>All candidates for one parameter (a did may stand in the second of a double pair or the rewritten request-URI): index 0, 1, ... until false.</summary>
    /// <remarks>Foreign Routes are followed but not read. Even an own URI came back by way of the peer: verify what it says.</remarks>
    /// <param name="name">The parameter, without case.</param>
    /// <param name="occurrence">From 0.</param>
    /// <param name="value">Its value, lives as long as the request.</param>
    /// <returns>False when there are no more.</returns>
    public bool TryGetRouteParameter(ReadOnlySpan<byte> name, int occurrence, out ReadOnlySpan<byte> value) =>
        Routed().TryGetParameter(Request, name, occurrence, out value);

    /// <summary>True: travels from caller to callee, by ftag against the From tag; null when no ftag is known.</summary>
    public bool? IsDownstream => Routed().IsDownstream(Request);

    /// <summary>The URI names this element: a listener, its advertised name or an alias.</summary>
    /// <param name="uri">A SIP URI.</param>
    /// <returns>True when it is ours.</returns>
    public bool IsOwn(SipUriView uri) => OwnUri.IsOwn(Transport, uri);

    /// <summary><see cref="RequestUri"/> as bytes.</summary>
    public ReadOnlySpan<byte> RequestUriText => Routed().RequestUri(Request);

    /// <summary>Replaces <see cref="RequestUri"/>.</summary>
    /// <param name="uri">A URI; copied.</param>
    /// <exception cref="ArgumentException">It is not a URI.</exception>
    public void SetRequestUri(ReadOnlySpan<byte> uri)
    {
        if (!SipUriView.TryParse(uri, out _))
            throw new ArgumentException("Not a URI.", nameof(uri));
        Routed().SetRequestUri(uri);
    }

    /// <summary>Replaces the remaining Route set (fix-route). The first one is the next hop, loose or strict: before a strict one the request-URI goes to the end of the Routes when a copy leaves.</summary>
    /// <param name="routes">name-addrs or bare URIs, not copied; empty removes all.</param>
    /// <exception cref="ArgumentException">An entry is neither.</exception>
    public void SetRoutes(IReadOnlyList<byte[]> routes) => Routed().SetRoutes(routes);

    /// <summary>The remaining Routes after <see cref="LooseRoute"/> (the top one is the next hop), or those set.</summary>
    public RouteList RemainingRoutes => Routed().Remaining(Request);

    /// <summary>The listener by which a request of this dialog leaves: named by the own Route consumed last. Null: whichever reaches the target.</summary>
    public SipListener? RouteListener => Routed().SendListener;

    /// <summary>The transport of the side where the request leaves, by our Record-Route. One alone names it only where two would have been written for two transports.</summary>
    internal SipProtocol? RouteProtocol
    {
        get
        {
            var state = Routed();
            return state.IsPair || Core.Options.DoubleRecordRoute ? state.SendProtocol : null;
        }
    }

    /// <summary>Puts this proxy's Record-Route into every copy (RFC 3261 16.6 step 4; RFC 5658 for two of them).</summary>
    public void RecordRoute() => _routing.IsRecordRouting = true;

    /// <summary><see cref="RecordRoute"/> was called.</summary>
    public bool IsRecordRouting => _routing.IsRecordRouting;

    /// <summary>";name=value" in every Record-Route of this request; before or after <see cref="RecordRoute"/>. The same name again replaces the value.</summary>
    /// <param name="name">A token; copied.</param>
    /// <param name="value">Copied; empty for a flag.</param>
    /// <exception cref="ArgumentException">Name or value cannot stand in a URI, or the name is one that routing uses (lr, r2, ftag, transport, maddr, ...).</exception>
    public void AddRecordRouteParameter(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => _routing.Parameters.Set(name, value);

    /// <summary>
    /// What the Record-Routes of this request prove when they come back as Routes: a <c>sig</c> parameter with a keyed code over its Call-ID,
    /// its From tag and this kind. For requests without a To tag; <see cref="RouteProofKind.None"/>, the default, for no parameter.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a kind.</exception>
    public RouteProofKind RecordRouteProof
    {
        get => _routing.ProofKind;
        set
        {
            if (value > RouteProofKind.TrackedCall)
                throw new ArgumentOutOfRangeException(nameof(value), value, "Not a kind of proof.");
            _routing.ProofKind = value;
        }
    }

    /// <summary>Looks for the proof in all own Routes consumed, and in an own request-URI that a strict router sent (both URIs of a pair, whichever the peer kept).</summary>
    /// <param name="proof">What it proves.</param>
    /// <returns>False when no own URI carries one that this proxy wrote for the request's Call-ID and its From or To tag.</returns>
    public bool TryGetRouteProof(out RouteProof proof)
    {
        for (var i = 0; TryGetRouteParameter(RouteProofKey.Name, i, out var text); i++)
        {
            if (Core.RouteProofs.TryRead(text, Request, out proof))
                return true;
        }
        proof = default;
        return false;
    }

    /// <summary>The context begins a new request or goes back to its pool: forget all routing state (keep buffers).</summary>
    internal void ResetRouting()
    {
        _routing.Reset();
        _isRouted = false;
    }

    /// <summary>RFC 3261 16.6 steps 2 and 6: the branch's request-URI, own Routes out, Path in, strict next hop.</summary>
    /// <param name="edits">The copy's changes.</param>
    /// <param name="requestUri">The request-URI of this branch (the target's, else <see cref="RequestUri"/>).</param>
    /// <param name="path">Routes of the target to push.</param>
    internal void WriteRoutes(SipEdits edits, ReadOnlySpan<byte> requestUri, IReadOnlyList<byte[]> path)
    {
        _copyIsSips = IsSips(requestUri) || IsSips(NextHop(requestUri, path));
        RouteForwarding.Write(edits, Routed(), requestUri, path);
    }

    /// <summary>RFC 3261 16.6 step 7: the URI that says where to send: first Route (Path before Route), else the request-URI.</summary>
    internal ReadOnlySpan<byte> NextHop(ReadOnlySpan<byte> requestUri, IReadOnlyList<byte[]> path) =>
        RouteForwarding.NextHop(Routed(), Request, requestUri, path);

    /// <summary>RFC 3261 16.6 step 4; called for every copy right after its <see cref="WriteRoutes"/>, also when not record-routing.</summary>
    /// <param name="edits">The copy's changes.</param>
    /// <param name="inbound">The listener that received the request.</param>
    /// <param name="outbound">Where the copy leaves.</param>
    internal void WriteRecordRoute(SipEdits edits, SipListener inbound, SipListener outbound)
    {
        if (Method == SipMethod.Register)
            return;
        if (!_routing.IsRecordRouting && !RecordRouteWriter.IsRequired(edits.Original, _copyIsSips))
            return;
        if (_routing.ProofKind != RouteProofKind.None && _routing.WrittenProof != _routing.ProofKind && !IsInDialog)
            WriteProof(edits.Original);
        RecordRouteWriter.Push(edits, inbound, outbound, _copyIsSips, Core.Options, _routing.Parameters);
    }

    private void WriteProof(SipMessage request)
    {
        Span<byte> text = stackalloc byte[RouteProofKey.TextLength];
        Core.RouteProofs.Write(_routing.ProofKind, request.CallId, request.FromTag, text);
        _routing.Parameters.SetOwn(RouteProofKey.Name, text);
        _routing.WrittenProof = _routing.ProofKind;
    }

    private static bool IsSips(ReadOnlySpan<byte> uri) => uri.Length > 5 && SipText.EqualsIgnoreCase(uri[..5], "sips:"u8);

    private RouteState Routed()
    {
        if (!_routing.IsProcessed)
            RoutePreprocessing.Process(_routing, Request, Source, Transport);
        return _routing;
    }

    private void RunRoutedModules()
    {
        foreach (IProxyModule module in Hooks.Modules)
            module.OnRouted(this);
    }
}
