using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>
/// Route information preprocessing, RFC 3261 16.4, as the loose_route of OpenSIPS: own Routes are consumed, a request-URI
/// that a strict router overwrote is restored, and what they carried is remembered. Writes only offsets into the state.
/// </summary>
/// <remarks>
/// Differs from the reference where correctness asks for more: the second URI of a double pair is taken only when it is own and marked
/// as second (r2); a request-URI of ours without lr is not taken for a strict router's work when the top Route is ours as well, since
/// a strict router would have consumed that one (it is a contact that bears the proxy's own domain).
/// </remarks>
internal static class RoutePreprocessing
{
    /// <summary>Runs once per request; later calls give the same answer. True: a request within a dialog that had Routes, or one with preloaded Routes left to follow.</summary>
    public static bool Process(RouteState state, SipMessage request, in SipFlow source, ISipTransport transport)
    {
        if (!state.IsProcessed)
        {
            state.IsProcessed = true;
            state.Result = Run(state, request, source.Listener, transport);
        }
        return state.Result;
    }

    private static bool Run(RouteState state, SipMessage request, SipListener receiving, ISipTransport transport)
    {
        if (!ReadRoutes(state, request))
        {
            state.ForgetRoutes();
            state.IsMalformed = true;
            return false;
        }
        var inDialog = !request.ToTag.IsEmpty;
        _ = SipUriView.TryParse(request.RequestUri, out var requestUri);
        var uriIsOwn = requestUri.IsValid && OwnUri.IsOwn(transport, requestUri);
        if (state.Count == 0)
        {
            if (uriIsOwn && inDialog)
                state.AddOwn(MessageSlice.Of(request, request.RequestUri));
            StripMAddr(state, requestUri, receiving, transport);
            return false;
        }

        // 16.4, first paragraph: the request-URI is a value that we put into a Record-Route, so the one before us was a strict router.
        var openPair = false;
        if (uriIsOwn && IsStrictRoutersWork(state, request, requestUri, inDialog, transport))
        {
            openPair = IsDouble(requestUri);
            state.AddOwn(MessageSlice.Of(request, request.RequestUri));
            state.IsRestored = true;
            if (!openPair)
                LeaveBySide(state, requestUri, receiving, transport);
            _ = SipUriView.TryParse(state.Last.Uri.In(request), out requestUri);
        }
        StripMAddr(state, requestUri, receiving, transport);
        ConsumeTop(state, request, receiving, transport, inDialog, openPair);

        var nextIsStrict = state.RemainingCount > 0 && !state.RemainingAt(0).IsLoose;
        state.Kind = (state.IsRestored, nextIsStrict) switch
        {
            (false, false) => RouteKind.LooseToLoose,
            (true, false) => RouteKind.StrictToLoose,
            (false, true) => RouteKind.LooseToStrict,
            (true, true) => RouteKind.StrictToStrict,
        };
        return inDialog || state.RemainingCount > 0;
    }

    private static bool ReadRoutes(RouteState state, SipMessage request)
    {
        var routes = request.Routes.GetEnumerator();
        while (routes.MoveNext())
        {
            var route = routes.Current;
            var uri = route.Uri;
            if (!uri.IsValid)
                return false;
            state.AddRoute(new RouteSlice(MessageSlice.Of(request, route.Text), MessageSlice.Of(request, route.UriText), uri.IsLoose));
        }
        return !routes.IsMalformed;
    }

    // An own request-URI with lr can only come from a Record-Route. Without lr (a strict router may have dropped it) it needs a dialog,
    // no gr (then it is a GRUU, a contact), no user (ours have none: it is a contact at a domain of ours), and a top Route that is not ours.
    private static bool IsStrictRoutersWork(
        RouteState state,
        SipMessage request,
        SipUriView requestUri,
        bool inDialog,
        ISipTransport transport
    )
    {
        if (requestUri.Parameters.TryGet("gr"u8, out _))
            return false;
        if (requestUri.IsLoose)
            return true;
        return inDialog && requestUri.User.IsEmpty && !IsOwn(state.RouteAt(0), request, transport, out _);
    }

    // 16.4, last paragraph, with the pair of RFC 5658.
    private static void ConsumeTop(
        RouteState state,
        SipMessage request,
        SipListener receiving,
        ISipTransport transport,
        bool inDialog,
        bool openPair
    )
    {
        if (state.RemainingCount == 0 || !IsOwn(state.RouteAt(0), request, transport, out var top))
            return;
        state.Consumed = 1;
        state.AddOwn(state.RouteAt(0).Uri);
        if (!IsDouble(top))
        {
            if (inDialog)
                LeaveBySide(state, top, receiving, transport);
            else
                Leave(state, null, null);
            return;
        }
        if (openPair)
        {
            LeaveByPair(state, top, transport);
            return;
        }
        Leave(state, null, null);
        if (state.RemainingCount == 0 || !IsSecond(state.RouteAt(1), request, transport, out var second))
            return;
        state.Consumed = 2;
        state.AddOwn(state.RouteAt(1).Uri);
        LeaveByPair(state, second, transport);
    }

    // A pair: the second URI is that of the other side.
    private static void LeaveByPair(RouteState state, SipUriView second, ISipTransport transport)
    {
        Leave(state, OwnUri.Listener(transport, second), OwnUri.Protocol(second));
        state.IsPair = true;
    }

    // One URI for both sides: the listener that received the request, unless the URI names another transport.
    private static void LeaveBySide(RouteState state, SipUriView own, SipListener receiving, ISipTransport transport)
    {
        var protocol = OwnUri.Protocol(own);
        var isOther = protocol != receiving.Protocol && (!own.Transport.IsEmpty || own.Scheme == SipUriScheme.Sips);
        Leave(state, (isOther ? OwnUri.Listener(transport, own) : null) ?? receiving, protocol);
    }

    private static void Leave(RouteState state, SipListener? listener, SipProtocol? protocol)
    {
        state.SendListener = listener;
        state.SendProtocol = protocol;
    }

    // The second of a pair whose first is ours is ours as well, also when its listener is not configured any more.
    private static bool IsSecond(RouteSlice route, SipMessage request, ISipTransport transport, out SipUriView second) =>
        (IsOwn(route, request, transport, out second) || (second.IsValid && OwnUri.IsOwnHost(transport, second))) && IsDouble(second);

    // 16.4, second paragraph.
    private static void StripMAddr(RouteState state, SipUriView uri, SipListener receiving, ISipTransport transport)
    {
        if (!uri.IsValid || uri.Scheme is not (SipUriScheme.Sip or SipUriScheme.Sips) || uri.MAddr.IsEmpty)
            return;
        if (!transport.IsOwn(uri.MAddr, uri.Port) || !OwnUri.NamesReceiving(uri, receiving))
            return;
        state.CommitRequestUri(UriPruning.WithoutMAddr(uri, state.RequestUriBuffer(uri.Text.Length)));
    }

    private static bool IsOwn(RouteSlice route, SipMessage request, ISipTransport transport, out SipUriView uri) =>
        SipUriView.TryParse(route.Uri.In(request), out uri) && OwnUri.IsOwn(transport, uri);

    private static bool IsDouble(SipUriView uri) => uri.Parameters.TryGet("r2"u8, out _);
}
