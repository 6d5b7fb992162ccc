using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Follows the initial INVITE: from here come a dialog's creation, its legs, its answer or failure.</summary>
internal sealed class InviteRelay(Dialog dialog) : DialogRelay
{
    /// <summary>Answers reliable provisional responses, where the dialog is told to.</summary>
    public ReliableReplies? ReliableReplies { get; init; }

    public override Dialog? Dialog => dialog;

    public override void OnRelaying(SipContext context) => dialog.OnRelaying(context);

    public override void OnBranchReply(SipContext context, SipBranch branch, SipMessage reply)
    {
        DialogModule.SetCurrent(dialog); // the reply hooks come next
        if (reply.StatusCode is > 100 and < 300) dialog.LearnCallee(context, branch, reply);
        ReliableReplies?.OnBranchReply(branch, reply);
    }

    public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        dialog.OnReply(context, branch, reply, statusCode, edits);
        if (branch is not null) DialogModule.SetCurrent(null);
    }

    public override void OnCancelled(SipContext context, SipMessage cancel) => dialog.OnCancelled();

    public override void OnCompleted(SipContext context) => dialog.OnInviteOver(context);
}
