using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>Compares a request within a dialog with what the dialog knows of its destination leg, and puts right what it can.</summary>
internal static class InDialogValidation
{
    /// <summary>Under the lock: whether the request matches its place in the dialog. One that does not is inert; one whose way can be put right is not when that will be done.</summary>
    public static void Judge(DialogOptions options, SipContext context, InDialogFollower follower)
    {
        follower.Order = follower.CalleeLeg!.OrderOf(follower.Direction, context.Request.CSeqNumber, context.Method);
        follower.Course = CourseOf(context, follower);
        follower.IsForeign = !MayComeFrom(options.SequentialSource, follower.SourceLeg!, context.Source);
        follower.IsInert =
            follower.IsForeign
            || follower.Order == CSeqOrder.Stale
            || (follower.Course != DialogValidation.Valid && options.SequentialRouting != SequentialRouting.Repair);
    }

    /// <summary>In the order of OpenSIPS: CSeq, then (in an answered dialog) remote target and route set.</summary>
    public static DialogValidation Validate(SipContext context)
    {
        if (context.Get<DialogFollower>() is not InDialogFollower { Dialog: { } dialog, DestinationLeg: { } leg } follower)
            return DialogValidation.Other;
        if (follower.IsSpiral)
            return DialogValidation.Valid; // as it was on its first way through, or the application chose to let it pass
        if (!context.Request.TryGetCSeq(out _, out _))
            return DialogValidation.Other;
        if (follower.IsForeign)
            return DialogValidation.Source;
        if (follower.Order != CSeqOrder.Next)
            return DialogValidation.CSeq;
        return dialog.State is DialogState.Unconfirmed or DialogState.Early ? DialogValidation.Valid : CourseOf(context, follower);
    }

    /// <summary>Remote target and route set of the request as it stands now against those of its destination leg, in any state. A leg whose contact is not known has none to compare.</summary>
    public static DialogValidation CourseOf(SipContext context, InDialogFollower follower)
    {
        // Of one array that is never changed: no lock.
        PackedLeg known = follower.DestinationLeg!.Packed;
        // RequestUri is the restored one when a strict router sent the request on (RFC 3261 16.4).
        ReadOnlySpan<byte> target = context.RequestUriText;
        if (!known.Contact.IsEmpty && !target.SequenceEqual(known.Contact) && !SipUriView.Equivalent(target, known.Contact))
            return DialogValidation.RemoteTarget;
        return CompareRoutes(context, known, follower.Dialog!.Life.Has(InternalFlags.Spiral));
    }

    /// <summary>
    /// Remote target and route set as stored, the next hop found by them. A strict first hop is written as such when the request leaves. False, and
    /// nothing is changed, where the route set cannot be followed: the peers' Record-Routes are theirs, and one may be no URI.
    /// </summary>
    public static bool FixRoute(DialogMatching matching, SipContext context)
    {
        if (
            context.Get<DialogFollower>() is not InDialogFollower { IsSpiral: false, DestinationLeg: { } leg } follower
            || !FixRoute(context, leg)
        )
            return false;
        bool wasAstray = follower.Course != DialogValidation.Valid;
        follower.Course = DialogValidation.Valid;
        if (wasAstray && follower is { IsInert: true, IsForeign: false } && follower.Order != CSeqOrder.Stale)
            matching.Adopt(context, follower);
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

    /// <summary>
    /// Requests of a leg whose far end is not known (a row of another program) may come from anywhere. One whose connection is closed, or was cut by
    /// a restart, comes back by another one, so from another port.
    /// </summary>
    private static bool MayComeFrom(SequentialSource allowed, DialogLeg party, in SipFlow source)
    {
        ref readonly SipFlow leg = ref party.FlowInLock;
        if (allowed == SequentialSource.Anywhere || leg.Remote == default)
            return true;
        if (allowed == SequentialSource.SameAddress)
            return (leg.Remote with { Port = 0 }) == (source.Remote with { Port = 0 });
        if (party.IsWithoutFlowInLock)
            return ReferenceEquals(leg.Listener, source.Listener) && (leg.Remote with { Port = 0 }) == (source.Remote with { Port = 0 });
        return ReferenceEquals(leg.Listener, source.Listener)
            && leg.Remote == source.Remote
            && (leg.ConnectionId == source.ConnectionId || leg.ConnectionId == 0);
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
