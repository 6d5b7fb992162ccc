using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Compares a request within a dialog with what the dialog knows of its destination leg, and puts right what it can.</summary>
internal static class InDialogValidation
{
    /// <summary>In the field's order: CSeq, then (in an answered dialog) remote target and route set.</summary>
    public static DialogValidation Validate(SipContext context)
    {
        if (context.Get<DialogRelay>() is not InDialogRelay { Dialog: { } dialog, DestinationLeg: { } leg } relay) return DialogValidation.Other;
        if (relay.IsSpiral) return DialogValidation.Valid; // as it was on its first way through, or somebody chose to let it pass
        if (!context.Request.TryGetCSeq(out uint cseq, out _)) return DialogValidation.Other;
        if (!IsInSequence(context, relay, cseq)) return DialogValidation.CSeq;
        if (dialog.State is DialogState.Unconfirmed or DialogState.Early) return DialogValidation.Valid;

        // Of one array that is never changed: no lock.
        PackedLeg known = leg.Packed;
        // RequestUri is the restored one when a strict router sent the request on (RFC 3261 16.4).
        if (!known.Contact.IsEmpty && !SipUriView.Equivalent(context.RequestUri, known.Contact)) return DialogValidation.RemoteTarget;
        return CompareRoutes(context, known, dialog.IsSpiral);
    }

    /// <summary>
    /// Remote target and route set as stored, the next hop found by them. A strict first hop is written as such when the request leaves. False, and
    /// nothing is changed, where the route set cannot be followed: the peers' Record-Routes are theirs, and one may be no URI.
    /// </summary>
    public static bool FixRoute(SipContext context)
    {
        if (context.Get<DialogRelay>() is not InDialogRelay { IsSpiral: false, DestinationLeg: { } leg }) return false;
        PackedLeg known = leg.Packed;
        if (known.Contact.IsEmpty) return false;
        byte[][] routes = new byte[known.RouteCount][];
        int count = 0;
        foreach (ReadOnlySpan<byte> route in known.Routes)
        {
            if (!SipUriView.TryParse(route, out SipUriView uri) || !uri.IsValid || route.ContainsAny("<>"u8)) return false;
            routes[count++] = [(byte)'<', .. route, (byte)'>'];
        }

        context.ClearDestination();
        context.SetRequestUri(known.Contact);
        context.SetRoutes(routes);
        return true;
    }

    /// <summary>An ACK has the number of its INVITE; any other request one above all before it in its direction (RFC 3261 12.2.1.1).</summary>
    private static bool IsInSequence(SipContext context, InDialogRelay relay, uint cseq)
    {
        if (context.Method == SipMethod.Ack) return cseq == relay.CalleeLeg!.LastInvite(relay.Direction);
        // 0 may be a first number; a repeated one does not get here, its transaction takes it.
        return cseq > relay.PreviousCSeq || relay.PreviousCSeq == 0;
    }

    private static DialogValidation CompareRoutes(SipContext context, PackedLeg known, bool isSpiral)
    {
        RouteList routes = context.RemainingRoutes;
        int at = 0;
        foreach (ReadOnlySpan<byte> route in known.Routes)
        {
            // A call that passes here twice has this proxy in its route set, before or behind depending on the direction.
            if (isSpiral && IsOwn(context, route)) continue;
            SkipOwn(context, routes, isSpiral, ref at);
            if (at == routes.Count) return DialogValidation.RouteSet;
            NameAddrView given = routes[at++];
            if (!given.Uri.IsValid) return DialogValidation.Other;
            if (!SipUriView.Equivalent(given.UriText, route)) return DialogValidation.RouteSet;
        }

        SkipOwn(context, routes, isSpiral, ref at);
        return at == routes.Count ? DialogValidation.Valid : DialogValidation.RouteSet;
    }

    private static void SkipOwn(SipContext context, RouteList routes, bool isSpiral, ref int at)
    {
        while (isSpiral && at < routes.Count && IsOwn(context, routes[at].UriText)) at++;
    }

    private static bool IsOwn(SipContext context, ReadOnlySpan<byte> route) => SipUriView.TryParse(route, out SipUriView uri) && context.IsOwn(uri);
}
