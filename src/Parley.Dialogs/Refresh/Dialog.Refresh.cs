using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// Where the parties are: the Contact as it leaves the proxy (after NAT fixing by hooks), kept on the leg of who sent it. Within the dialog
/// it counts once the request is accepted (RFC 3261 12.2.1.2, 12.2.2).
/// </summary>
public sealed partial class Dialog
{
    /// <summary>A copy of the initial INVITE is about to leave: a hook may have rewritten the caller's Contact since CreateDialog.</summary>
    internal void OnInviteLeaving(SipContext context, SipEdits edits)
    {
        if (!edits.Changes(SipHeaderName.Contact))
            return;
        ReadOnlySpan<byte> contact = LeavingContact(context, edits);
        lock (Gate)
        {
            if (_state is DialogState.Unconfirmed)
                SetContact(_caller, contact);
        }
    }

    /// <summary>A response to the initial INVITE is about to leave: a hook may have rewritten the callee's Contact. The first 2xx of a leg has the last word.</summary>
    /// <param name="context">The INVITE.</param>
    /// <param name="branch">Where the response came from.</param>
    /// <param name="reply">The response as received.</param>
    /// <param name="edits">Its changes.</param>
    /// <param name="isLast">A 2xx, and nothing more will be edited.</param>
    internal void OnCalleeLeaving(SipContext context, SipBranch branch, SipMessage reply, SipEdits edits, bool isLast)
    {
        bool changes = edits.Changes(SipHeaderName.Contact);
        if (!changes && !isLast)
            return;
        ReadOnlySpan<byte> contact = changes ? LeavingContact(context, edits) : default;
        lock (Gate)
        {
            if (FindLeg(branch.Index, reply.ToTag) is not { IsSettled: false } leg)
                return;
            SetContact(leg, contact);
            leg.IsSettled = isLast;
        }
    }

    /// <summary>A target refresh request is accepted: its sender's contact counts now, and that of who accepts it.</summary>
    internal void OnRefreshed(SipContext context, InDialogFollower request, SipMessage reply, SipEdits edits)
    {
        ReadOnlySpan<byte> accepting = edits.Changes(SipHeaderName.Contact) ? LeavingContact(context, edits) : ContactOf(context, reply);
        bool changed;
        lock (Gate)
        {
            if (_state == DialogState.Deleted)
                return;
            // Of two that overlap the one sent later counts, whichever is answered first.
            changed = request.CalleeLeg!.TakeRefresh(request.Direction, request.CSeq) && SetContact(request.SourceLeg!, request.Contact);
            changed |= SetContact(request.DestinationLeg!, accepting);
        }

        if (changed)
            Updated();
    }

    /// <summary>The Contact of an edited message as it leaves. One of the proxy's own (hidden topology) says nothing about where the party is: then that of the message as received.</summary>
    internal static ReadOnlySpan<byte> LeavingContact(SipContext context, SipEdits edits)
    {
        if (LeavingMessage.Read(edits) is not { } leaving)
            return default;
        ReadOnlySpan<byte> contact = ContactOf(context, leaving);
        if (!contact.IsEmpty || !leaving.Contacts.TryGetFirst(out NameAddrView first) || first.IsStar)
            return contact;
        return ContactOf(context, edits.Original);
    }

    /// <summary>The Contact of a message that leaves, edited or not.</summary>
    internal static ReadOnlySpan<byte> ContactLeaving(SipContext context, SipEdits edits) =>
        edits.Changes(SipHeaderName.Contact) ? LeavingContact(context, edits) : ContactOf(context, edits.Original);

    private static bool SetContact(DialogLeg leg, ReadOnlySpan<byte> contact)
    {
        PackedLeg old = leg.Packed;
        if (contact.IsEmpty || old.Contact.SequenceEqual(contact))
            return false;
        leg.Packed = PackedLeg.Build(old, old.Tag, contact, old.RouteCount, old.PackedRoutes);
        return true;
    }
}
