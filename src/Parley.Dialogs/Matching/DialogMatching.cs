using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// Finds the dialog of a request within one. The did is only an index: every candidate in an own Route (both of a double pair, an own
/// request-URI of a strict router) is looked up, and Call-ID and both tags are compared before it counts. Dialogs that are over match too.
/// </summary>
internal static class DialogMatching
{
    /// <summary>True when the request has its dialog (now or before); its part in the dialog has run then.</summary>
    public static bool Match(DialogModule module, SipContext context, DialogMatchMode mode)
    {
        if (context.Get<DialogFollower>() is not null)
            return true;
        if (!context.IsInDialog)
            return false;
        bool isNamed = false;
        if (mode != DialogMatchMode.DidNone)
        {
            for (int i = 0; context.TryGetRouteParameter(module.RecordRouteParameter, i, out ReadOnlySpan<byte> did); i++)
                if (DialogId.TryParse(did, out DialogId id) && MatchId(module, context, id, ref isNamed))
                    return true;
            if (mode == DialogMatchMode.DidOnly)
                return false;
        }

        // The did named a dialog of this call, which does not know the tag yet (its 1xx was lost): the request is that dialog's, not one of
        // the other dialogs that a spiralling call has here. Taking it for theirs would make them learn from what they sent themselves.
        return !isNamed && MatchCallId(module, context);
    }

    /// <param name="module">Where dialogs are.</param>
    /// <param name="context">The request.</param>
    /// <param name="id">What a Route of ours carried.</param>
    /// <param name="isNamed">Set when there is a dialog with this id and the request's Call-ID, whether its tags fit or not.</param>
    private static bool MatchId(DialogModule module, SipContext context, DialogId id, ref bool isNamed)
    {
        if (id.Entry >= (uint)module.Table.HashSize)
            return false;
        DialogStripe stripe = module.Table.StripeOf(id.Entry);
        Dialog? dialog;
        InDialogFollower follower;
        DialogAction act;
        bool mine;
        lock (stripe.Gate)
        {
            dialog = stripe.Find(id);
            if (dialog is null)
                return false;
            if (!dialog.Matches(context, out DialogDirection direction, out DialogLeg? callee))
            {
                isNamed |= dialog.CallIdHash == module.Table.HashOf(context.Request.CallId);
                return false;
            }

            follower = module.InDialogFollowers.Rent();
            follower.Begin(dialog, direction, callee!);
            mine = Take(context, dialog, follower, out act);
        }

        Attach(context, dialog, follower, in act, mine);
        return true;
    }

    private static bool MatchCallId(DialogModule module, SipContext context)
    {
        ReadOnlySpan<byte> callId = context.Request.CallId;
        uint hash = module.Table.HashOf(callId);
        DialogStripe stripe = module.Table.StripeOf(CoreHash.Compute(callId, module.Table.HashSize));
        Dialog? found;
        InDialogFollower follower;
        DialogAction act;
        bool mine;
        lock (stripe.Gate)
        {
            found = Search(module, stripe, context, hash, out DialogDirection direction, out DialogLeg? callee);
            if (found is null)
                return false;
            follower = module.InDialogFollowers.Rent();
            follower.Begin(found, direction, callee!);
            mine = Take(context, found, follower, out act);
        }

        Attach(context, found, follower, in act, mine);
        return true;
    }

    /// <summary>Under the lock: of the dialogs that fit the youngest that is not over, else the youngest. The caller's tag is that of From, or of To.</summary>
    private static Dialog? Search(
        DialogModule module,
        DialogStripe stripe,
        SipContext context,
        uint callIdHash,
        out DialogDirection direction,
        out DialogLeg? callee
    )
    {
        Dialog? found = null;
        (direction, callee) = (DialogDirection.None, null);
        for (int side = 0; side < 2; side++)
        {
            int left = DialogStripe.MostAlike;
            Dialog? dialog = stripe.FirstAlike(callIdHash, module.Table, side == 0 ? context.Request.FromTag : context.Request.ToTag);
            for (; dialog is not null && left > 0; dialog = stripe.NextAlike(dialog), left--)
            {
                if (found is not null && dialog.StateInLock == DialogState.Deleted)
                    continue;
                if (!dialog.Matches(context, out DialogDirection towards, out DialogLeg? leg))
                    continue;
                (found, direction, callee) = (dialog, towards, leg);
                if (dialog.StateInLock != DialogState.Deleted)
                    return found;
            }
        }

        return found;
    }

    /// <summary>Under the lock: the request's part in the dialog, on its first way through.</summary>
    private static bool Take(SipContext context, Dialog dialog, InDialogFollower follower, out DialogAction act)
    {
        follower.IsSpiral = dialog.IsSpiralInLock && Spiral.HasPassed(context);
        act = default;
        if (follower.IsSpiral)
        {
            // On its first way it may have come before the callee's tag was known here. Its number counts in any case, and is still the sender's.
            if (context.Method != SipMethod.Ack && !follower.DestinationLeg!.IsRenumbering)
                follower.CalleeLeg!.SawRequest(follower.Direction, context.Request.CSeqNumber, context.Method);
            return false;
        }

        dialog.JudgeInLock(context, follower);
        return !follower.IsInert && Join(context, dialog, follower, out act);
    }

    private static bool Join(SipContext context, Dialog dialog, InDialogFollower follower, out DialogAction act)
    {
        // In a call that passes here twice the leg's neighbour is this proxy on one of the two ways: the Routes know which.
        if (!dialog.IsSpiralInLock)
        {
            ref readonly SipFlow flow = ref follower.DestinationLeg!.FlowInLock;
            if (flow.Listener is not null)
                context.PreferFlow(flow);
        }

        return dialog.OnRequestInLock(context, follower, out act);
    }

    /// <summary>A request that was left out for its target or Routes has been put right: it has its part in the dialog after all.</summary>
    public static void Adopt(SipContext context, InDialogFollower follower)
    {
        Dialog dialog = follower.Dialog!;
        DialogAction act;
        bool mine;
        lock (dialog.Gate)
        {
            follower.IsInert = false;
            mine = Join(context, dialog, follower, out act);
        }

        if (mine)
            dialog.RunAct(in act);
    }

    /// <summary>The dialog with this Call-ID that an own Route names, whatever the tags are; null when it is gone.</summary>
    public static Dialog? FindNamed(DialogModule module, SipContext context)
    {
        for (int i = 0; context.TryGetRouteParameter(module.RecordRouteParameter, i, out ReadOnlySpan<byte> did); i++)
        {
            if (
                DialogId.TryParse(did, out DialogId id)
                && module.Table.Find(id) is { } dialog
                && context.Request.CallId.SequenceEqual(dialog.CallIdBytes)
            )
                return dialog;
        }

        return null;
    }

    private static void Attach(SipContext context, Dialog dialog, InDialogFollower follower, in DialogAction act, bool mine)
    {
        context.Set<DialogFollower>(follower);
        if (!follower.IsSpiral)
            context.Observe(follower);
        DialogModule.SetCurrent(dialog);
        if (mine)
            dialog.RunAct(in act);
    }
}
