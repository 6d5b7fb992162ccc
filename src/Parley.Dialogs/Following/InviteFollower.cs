using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// Follows the initial INVITE: from here come a dialog's creation, its legs, its answer or failure. Pooled: goes back when the INVITE is
/// over, and knows its dialog by the number of a place meanwhile.
/// </summary>
internal sealed class InviteFollower(FollowerPool<InviteFollower> pool, DialogSlots slots) : DialogFollower
{
    private int _slot;
    private ReliableReplies? _reliableReplies;

    public override Dialog? Dialog => slots[_slot];

    /// <summary>The INVITE's session description as it left, when it is kept; null without one.</summary>
    public byte[]? Offer { get; private set; }

    /// <param name="dialog">The dialog.</param>
    /// <param name="reliableReplies">Answers reliable provisional responses, with <see cref="DialogFlags.AutoPrack"/>; else null.</param>
    public void Begin(Dialog dialog, ReliableReplies? reliableReplies)
    {
        _slot = slots.Rent(dialog);
        _reliableReplies = reliableReplies;
    }

    public override void OnRelaying(SipContext context) => Dialog!.OnRelaying(context);

    public override void OnBranchReply(SipContext context, SipBranch branch, SipMessage reply)
    {
        Dialog dialog = Dialog!;
        CurrentDialog.Set(dialog); // the reply hooks come next
        if (reply.StatusCode is > 100 and < 300)
            LegLearning.FromReply(dialog, context, branch, reply);
        _reliableReplies?.OnBranchReply(branch, reply);
    }

    public override void OnBranch(SipContext context, SipBranch? branch, SipEdits edits)
    {
        Dialog dialog = Dialog!;
        LegLearning.FromInviteLeaving(dialog, context, edits);
        dialog.TrackBranch(branch);
        if (dialog.KeepsSdp)
            Offer = SdpBody.Of(edits.Original, edits);
    }

    public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        Dialog dialog = Dialog!;
        if (reply is not null && branch is not null)
            CSeqEdits.Restore(reply, edits!, dialog.LegSet.InviteCSeq);
        bool isOfLeg = branch is not null && reply is not null && statusCode is > 100 and < 300;
        if (isOfLeg)
            LegLearning.FromReplyLeaving(dialog, context, branch!, reply!, edits!, isLast: false);
        // The first 2xx of a leg; what waits for the row is asked for once all that belongs into it is known.
        bool isFurther = isOfLeg && statusCode >= 200 && dialog.IsAnswered;
        dialog.OnReply(context, branch, reply, statusCode, edits);
        if (isOfLeg)
        {
            // Callbacks may have edited it.
            bool isNew = LegLearning.FromReplyLeaving(dialog, context, branch!, reply!, edits!, isLast: statusCode >= 200);
            if (dialog.KeepsSdp)
                SdpLearning.OnInviteReply(dialog, this, branch!, reply!, edits!);
            if (isNew && isFurther)
                dialog.Updated(); // a leg more
            if (isNew && dialog.Runtime.Holds is { HoldsReplies: true } holds)
                holds.Hold(context, dialog);
        }

        if (branch is not null)
            CurrentDialog.Set(null);
    }

    public override void OnCancelled(SipContext context, SipMessage cancel) => Dialog!.OnCancelled();

    public override void OnCompleted(SipContext context)
    {
        if (Dialog is not { } dialog)
            return;
        if (dialog.KeepsSdp)
            SdpLearning.OnInviteOver(dialog, this);
        dialog.OnInviteOver(context);
        slots.Return(_slot);
        _slot = DialogSlots.None;
        _reliableReplies = null;
        Offer = null;
        pool.Return(this);
    }
}
