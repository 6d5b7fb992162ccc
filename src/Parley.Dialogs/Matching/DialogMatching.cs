using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// Finds the dialog of a request within one. The did is only an index: every candidate in an own Route (both of a double pair, an own
/// request-URI of a strict router) is looked up, and Call-ID and both tags are compared before it counts. Dialogs that are over match too.
/// </summary>
internal sealed class DialogMatching(DialogTable table, DialogOptions options, byte[] recordRouteParameter, DialogActionRunner runner)
{
    /// <summary>Followers of requests within dialogs that wait for their next one.</summary>
    private readonly FollowerPool<InDialogFollower> _followers = new(static pool => new InDialogFollower(pool));

    /// <summary>True when the request has its dialog (now or before); its part in the dialog has run then.</summary>
    public bool Match(SipContext context, DialogMatchMode mode)
    {
        if (context.Get<DialogFollower>() is not null)
            return true;
        if (!context.IsInDialog)
            return false;
        bool isNamed = false;
        if (mode != DialogMatchMode.DidNone)
        {
            for (int i = 0; context.TryGetRouteParameter(recordRouteParameter, i, out ReadOnlySpan<byte> did); i++)
                if (DialogId.TryParse(did, out DialogId id) && MatchId(context, id, ref isNamed))
                    return true;
            if (mode == DialogMatchMode.DidOnly)
                return false;
        }

        // The did named a dialog of this call, which does not know the tag yet (its 1xx was lost): the request is that dialog's, not one of
        // the other dialogs that a spiralling call has here. Taking it for theirs would make them learn from what they sent themselves.
        return !isNamed && MatchCallId(context, mode == DialogMatchMode.DidNone);
    }

    /// <param name="context">The request.</param>
    /// <param name="id">What a Route of ours carried.</param>
    /// <param name="isNamed">Set when there is a dialog with this id and the request's Call-ID, whether its tags fit or not.</param>
    private bool MatchId(SipContext context, DialogId id, ref bool isNamed)
    {
        if (id.Entry >= (uint)table.HashSize)
            return false;
        DialogStripe stripe = table.StripeOf(id.Entry);
        Dialog? dialog;
        InDialogFollower follower;
        DialogAction action;
        bool runs;
        lock (stripe.Lock)
        {
            dialog = stripe.Find(id);
            if (dialog is null)
                return false;
            if (!Matches(dialog, context, out DialogDirection direction, out DialogLeg? callee))
            {
                isNamed |= dialog.CallIdHash == table.HashOf(context.Request.CallId);
                return false;
            }

            follower = _followers.Rent();
            follower.Begin(dialog, direction, callee!);
            runs = Join(context, dialog, follower, out action);
        }

        dialog.Runtime.Note(dialog, CallStep.MatchedById, context.Request);
        Attach(context, dialog, follower, in action, runs);
        return true;
    }

    private bool MatchCallId(SipContext context, bool isExpected)
    {
        ReadOnlySpan<byte> callId = context.Request.CallId;
        uint hash = table.HashOf(callId);
        DialogStripe stripe = table.StripeOf(CoreHash.Compute(callId, table.HashSize));
        Dialog? found;
        InDialogFollower follower;
        DialogAction action;
        bool runs;
        lock (stripe.Lock)
        {
            found = Search(stripe, context, hash, out DialogDirection direction, out DialogLeg? callee);
            if (found is null)
                return false;
            follower = _followers.Rent();
            follower.Begin(found, direction, callee!);
            runs = Join(context, found, follower, out action);
        }

        // By the mode DidNone there is no other way.
        found.Runtime.Note(found, isExpected ? CallStep.MatchedById : CallStep.MatchedByCallId, context.Request);
        Attach(context, found, follower, in action, runs);
        return true;
    }

    /// <summary>Under the lock: of the dialogs that fit the youngest that is not over, else the youngest. The caller's tag is that of From, or of To.</summary>
    private static Dialog? Search(
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
            Dialog? dialog = stripe.FirstAlike(callIdHash, side == 0 ? context.Request.FromTag : context.Request.ToTag);
            for (; dialog is not null && left > 0; dialog = stripe.NextAlike(dialog), left--)
            {
                if (found is not null && dialog.StateInLock == DialogState.Deleted)
                    continue;
                if (!Matches(dialog, context, out DialogDirection towards, out DialogLeg? leg))
                    continue;
                (found, direction, callee) = (dialog, towards, leg);
                if (dialog.StateInLock != DialogState.Deleted)
                    return found;
            }
        }

        return found;
    }

    /// <summary>Under the lock: do the request's Call-ID and pair of tags belong here, and which way does it go?</summary>
    private static bool Matches(Dialog dialog, SipContext context, out DialogDirection direction, out DialogLeg? callee)
    {
        SipMessage request = context.Request;
        if (request.CallId.SequenceEqual(dialog.CallIdBytes))
            return dialog.LegSet.Matches(request.FromTag, request.ToTag, context.IsDownstream, out direction, out callee);
        (direction, callee) = (DialogDirection.None, null);
        return false;
    }

    /// <summary>Under the lock: the request's part in the dialog, on its first way through. True: the caller runs the action after it.</summary>
    private bool Join(SipContext context, Dialog dialog, InDialogFollower follower, out DialogAction action)
    {
        action = default;
        bool isSpiralDialog = dialog.Life.Has(InternalFlags.Spiral);
        follower.IsSpiral = isSpiralDialog && Spiral.HasPassed(context);
        if (follower.IsSpiral)
        {
            // On its first way it may have come before the callee's tag was known here. Its number counts in any case, and is still the sender's.
            if (context.Method != SipMethod.Ack && !follower.DestinationLeg!.IsRenumbering)
                follower.CalleeLeg!.SawRequest(dialog.Caller, follower.Direction, context.Request.CSeqNumber, context.Method);
            return false;
        }

        InDialogValidation.Judge(options, context, follower);
        return !follower.IsInert && Join(context, isSpiralDialog, follower, out action);
    }

    private static bool Join(SipContext context, bool isSpiralDialog, InDialogFollower follower, out DialogAction action)
    {
        // In a call that passes here twice the leg's neighbour is this proxy on one of the two ways: the Routes know which.
        if (!isSpiralDialog)
        {
            ref readonly SipFlow flow = ref follower.DestinationLeg!.FlowInLock;
            if (flow.Listener is not null)
                context.PreferFlow(flow);
        }

        return follower.JoinInLock(context, out action);
    }

    /// <summary>A request that was left out for its target or Routes has been put right: it has its part in the dialog after all.</summary>
    public void Adopt(SipContext context, InDialogFollower follower)
    {
        Dialog dialog = follower.Dialog!;
        DialogAction action;
        bool runs;
        lock (dialog.Lock)
        {
            follower.IsInert = false;
            runs = Join(context, dialog.Life.Has(InternalFlags.Spiral), follower, out action);
        }

        if (runs)
            runner.Run(dialog, in action);
    }

    /// <summary>The dialog with this Call-ID that an own Route names, whatever the tags are; null when it is gone.</summary>
    public Dialog? FindNamed(SipContext context)
    {
        for (int i = 0; context.TryGetRouteParameter(recordRouteParameter, i, out ReadOnlySpan<byte> did); i++)
        {
            if (
                DialogId.TryParse(did, out DialogId id)
                && table.Find(id) is { } dialog
                && context.Request.CallId.SequenceEqual(dialog.CallIdBytes)
            )
                return dialog;
        }

        return null;
    }

    /// <summary>
    /// A look-up in the store may find its dialog: a Route of ours proves a call that was tracked here, or carries an id whose entry is the hash of this
    /// Call-ID. Anyone can write the latter, so look-ups are bounded besides.
    /// </summary>
    public bool MayBeStored(SipContext context)
    {
        if (context.TryGetRouteProof(out RouteProof proof) && proof.Kind == RouteProofKind.TrackedCall)
            return true;
        uint entry = CoreHash.Compute(context.Request.CallId, table.HashSize);
        for (int i = 0; context.TryGetRouteParameter(recordRouteParameter, i, out ReadOnlySpan<byte> did); i++)
        {
            if (DialogId.TryParse(did, out DialogId id) && id.Entry == entry)
                return true;
        }

        return false;
    }

    private void Attach(SipContext context, Dialog dialog, InDialogFollower follower, in DialogAction action, bool runs)
    {
        context.Set<DialogFollower>(follower);
        if (!follower.IsSpiral)
            context.Observe(follower);
        CurrentDialog.Set(dialog);
        if (runs)
            runner.Run(dialog, in action);
    }
}
