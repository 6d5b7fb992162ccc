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
        if (!context.Request.TryGetCSeq(out uint cseq, out _)) return DialogValidation.Other;
        if (!IsInSequence(context, relay, cseq)) return DialogValidation.CSeq;
        if (dialog.State is DialogState.Unconfirmed or DialogState.Early) return DialogValidation.Valid;

        // Of one array that is never changed: no lock.
        PackedLeg known = leg.Packed;
        // RequestUri is the restored one when a strict router sent the request on (RFC 3261 16.4).
        if (!known.Contact.IsEmpty && !SipUriView.Equivalent(context.RequestUri, known.Contact)) return DialogValidation.RemoteTarget;
        return CompareRoutes(context.RemainingRoutes, known);
    }

    /// <summary>Remote target and route set as stored, the next hop found by them. A strict first hop is written as such when the request leaves.</summary>
    public static bool FixRoute(SipContext context)
    {
        if (context.Get<DialogRelay>() is not InDialogRelay { DestinationLeg: { } leg }) return false;
        PackedLeg known = leg.Packed;
        if (known.Contact.IsEmpty) return false;
        byte[][] routes = new byte[known.RouteCount][];
        int count = 0;
        foreach (ReadOnlySpan<byte> route in known.Routes)
            routes[count++] = [(byte)'<', .. route, (byte)'>'];
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

    private static DialogValidation CompareRoutes(RouteList routes, PackedLeg known)
    {
        if (routes.Count != known.RouteCount) return DialogValidation.RouteSet;
        int at = 0;
        foreach (ReadOnlySpan<byte> route in known.Routes)
        {
            NameAddrView given = routes[at++];
            if (!given.Uri.IsValid) return DialogValidation.Other;
            if (!SipUriView.Equivalent(given.UriText, route)) return DialogValidation.RouteSet;
        }

        return DialogValidation.Valid;
    }
}
