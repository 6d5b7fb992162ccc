using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>What messages say of their parties' legs: read before the dialog's lock, kept under it.</summary>
internal static class LegLearning
{
    /// <summary>From the initial INVITE, before the dialog is in the table: the caller's tag, contact, route set and flow.</summary>
    public static void FromInvite(Dialog dialog, SipContext context)
    {
        SipMessage invite = context.Request;
        var routes = default(RouteSets);
        routes.ReadRequest(invite);
        ReadOnlySpan<byte> contact = LegContact.OrRaw(context, invite, out bool isRaw);
        PackedLeg packed = PackedLeg.Build(default, invite.FromTag, contact, routes.Count, routes.Packed, isRaw);
        routes.Dispose();
        dialog.LegSet.LearnCaller(packed, invite.CSeqNumber, context.Source);
        if (isRaw)
            ContactUnreadable(dialog, "caller");
    }

    /// <summary>From a response on a branch of the initial INVITE: a leg per (branch, To tag), from the first tagged 1xx on.</summary>
    public static void FromReply(Dialog dialog, SipContext context, SipBranch branch, SipMessage reply)
    {
        if (reply.ToTag.IsEmpty && reply.StatusCode < 200)
            return;
        var routes = default(RouteSets);
        routes.ReadResponse(context, reply, dialog.Caller.Packed.RouteCount);
        ReadOnlySpan<byte> contact = LegContact.OrRaw(context, reply, out bool isRaw);
        bool becameRaw;
        lock (dialog.Lock)
        {
            becameRaw = dialog.LegSet.LearnCallee(dialog, branch.Index, reply, contact, isRaw, in routes, branch.Flow);
        }

        routes.Dispose();
        if (becameRaw)
            ContactUnreadable(dialog, "callee");
    }

    private static void ContactUnreadable(Dialog dialog, string end)
    {
        dialog.Runtime.Log.ContactUnreadable(dialog.Id, end);
        dialog.Runtime.Note(dialog, CallStep.ContactUnreadable, detail: end);
    }

    /// <summary>A copy of the initial INVITE is about to leave: a hook may have rewritten the caller's Contact since CreateDialog.</summary>
    public static void FromInviteLeaving(Dialog dialog, SipContext context, SipEdits edits)
    {
        if (!edits.Changes(SipHeaderName.Contact))
            return;
        ReadOnlySpan<byte> contact = LegContact.OfEdited(context, edits);
        lock (dialog.Lock)
        {
            if (dialog.StateInLock == DialogState.Unconfirmed)
                dialog.Caller.SetContact(contact);
        }
    }

    /// <summary>A response to the initial INVITE is about to leave: a hook may have rewritten the callee's Contact. The first 2xx of a leg has the last word.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="context">The INVITE.</param>
    /// <param name="branch">Where the response came from.</param>
    /// <param name="reply">The response as received.</param>
    /// <param name="edits">Its changes.</param>
    /// <param name="isLast">A 2xx, and nothing more will be edited.</param>
    /// <returns>True for the first 2xx of a leg.</returns>
    public static bool FromReplyLeaving(Dialog dialog, SipContext context, SipBranch branch, SipMessage reply, SipEdits edits, bool isLast)
    {
        bool changes = edits.Changes(SipHeaderName.Contact);
        if (!changes && !isLast)
            return false;
        ReadOnlySpan<byte> contact = changes ? LegContact.OfEdited(context, edits) : default;
        lock (dialog.Lock)
        {
            if (dialog.LegSet.Find(branch.Index, reply.ToTag) is not { IsSettled: false } leg)
                return false;
            leg.SetContact(contact);
            return leg.IsSettled = isLast;
        }
    }

    /// <summary>A target refresh request is accepted: the contact of its sender counts now, and that of the party that accepts it.</summary>
    public static void FromRefresh(Dialog dialog, SipContext context, InDialogFollower request, SipMessage reply, SipEdits edits)
    {
        ReadOnlySpan<byte> accepting = edits.Changes(SipHeaderName.Contact)
            ? LegContact.OfEdited(context, edits)
            : LegContact.Of(context, reply);
        bool changed;
        lock (dialog.Lock)
        {
            if (dialog.StateInLock == DialogState.Deleted)
                return;
            // Of two that overlap the one sent later counts, whichever is answered first.
            changed = request.CalleeLeg!.TakeRefresh(request.Direction, request.CSeq) && request.SourceLeg!.SetContact(request.Contact);
            changed |= request.DestinationLeg!.SetContact(accepting);
        }

        if (changed)
            dialog.Updated();
    }
}
