using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Compares a request within a dialog with what the dialog knows of its destination leg, and puts right what it can.</summary>
internal static class InDialogValidation
{
    /// <summary>In the field's order: CSeq, then (in an answered dialog) remote target and route set.</summary>
    public static DialogValidation Validate(SipContext context)
    {
        if (context.Get<DialogRelay>() is not InDialogRelay { Dialog: { } dialog, DestinationLeg: { } leg } relay)
            return DialogValidation.Other;
        if (relay.IsSpiral)
            return DialogValidation.Valid; // as it was on its first way through, or somebody chose to let it pass
        if (!context.Request.TryGetCSeq(out _, out _))
            return DialogValidation.Other;
        if (relay.IsForeign)
            return DialogValidation.Source;
        if (relay.Order != CSeqOrder.Next)
            return DialogValidation.CSeq;
        return dialog.State is DialogState.Unconfirmed or DialogState.Early ? DialogValidation.Valid : CourseOf(context, relay);
    }

    /// <summary>Remote target and route set of the request as it stands now against those of its destination leg, in any state. A leg whose contact is not known has none to compare.</summary>
    public static DialogValidation CourseOf(SipContext context, InDialogRelay relay)
    {
        // Of one array that is never changed: no lock.
        PackedLeg known = relay.DestinationLeg!.Packed;
        // RequestUri is the restored one when a strict router sent the request on (RFC 3261 16.4).
        ReadOnlySpan<byte> target = context.RequestUriText;
        if (!known.Contact.IsEmpty && !target.SequenceEqual(known.Contact) && !SipUriView.Equivalent(target, known.Contact))
            return DialogValidation.RemoteTarget;
        return CompareRoutes(context, known, relay.Dialog!.IsSpiralInLock);
    }

    /// <summary>
    /// Remote target and route set as stored, the next hop found by them. A strict first hop is written as such when the request leaves. False, and
    /// nothing is changed, where the route set cannot be followed: the peers' Record-Routes are theirs, and one may be no URI.
    /// </summary>
    public static bool FixRoute(SipContext context)
    {
        if (context.Get<DialogRelay>() is not InDialogRelay { IsSpiral: false, DestinationLeg: { } leg } relay || !FixRoute(context, leg))
            return false;
        bool wasAstray = relay.Course != DialogValidation.Valid;
        relay.Course = DialogValidation.Valid;
        if (wasAstray && relay is { IsInert: true, IsForeign: false } && relay.Order != CSeqOrder.Stale)
            DialogMatching.Adopt(context, relay);
        return true;
    }

    /// <summary>The request goes to this leg; false when there is no contact that it could go to.</summary>
    public static bool FixRoute(SipContext context, DialogLeg leg)
    {
        PackedLeg known = leg.Packed;
        if (!SipUriView.TryParse(known.Contact, out _))
            return false;
        byte[][] routes = new byte[known.RouteCount][];
        int count = 0;
        foreach (ReadOnlySpan<byte> route in known.Routes)
        {
            if (!SipUriView.TryParse(route, out SipUriView uri) || !uri.IsValid || route.ContainsAny("<>"u8))
                return false;
            routes[count++] = [(byte)'<', .. route, (byte)'>'];
        }

        context.ClearDestination();
        context.SetRequestUri(known.Contact);
        context.SetRoutes(routes);
        return true;
    }

    private static DialogValidation CompareRoutes(SipContext context, PackedLeg known, bool isSpiral)
    {
        RouteList routes = context.RemainingRoutes;
        int at = 0;
        foreach (ReadOnlySpan<byte> route in known.Routes)
        {
            // A call that passes here twice has this proxy in its route set, before or behind depending on the direction.
            if (isSpiral && IsOwn(context, route))
                continue;
            SkipOwn(context, routes, isSpiral, ref at);
            if (at == routes.Count)
                return DialogValidation.RouteSet;
            NameAddrView given = routes[at++];
            if (!given.Uri.IsValid)
                return DialogValidation.Other;
            if (!given.UriText.SequenceEqual(route) && !SipUriView.Equivalent(given.UriText, route))
                return DialogValidation.RouteSet;
        }

        SkipOwn(context, routes, isSpiral, ref at);
        return at == routes.Count ? DialogValidation.Valid : DialogValidation.RouteSet;
    }

    private static void SkipOwn(SipContext context, RouteList routes, bool isSpiral, ref int at)
    {
        while (isSpiral && at < routes.Count && IsOwn(context, routes[at].UriText))
            at++;
    }

    private static bool IsOwn(SipContext context, ReadOnlySpan<byte> route) =>
        SipUriView.TryParse(route, out SipUriView uri) && context.IsOwn(uri);
}
