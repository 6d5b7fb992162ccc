using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Follows one request within a dialog. Pooled: goes back when the request is over.</summary>
internal sealed class InDialogRelay(RelayPool pool) : DialogRelay
{
    private Dialog? _dialog;

    public override Dialog? Dialog => _dialog;

    public DialogDirection Direction { get; private set; }

    /// <summary>The callee's leg of the two ends that talk (a fork may have several).</summary>
    public DialogLeg? CalleeLeg { get; private set; }

    public DialogLeg? DestinationLeg => Direction == DialogDirection.Downstream ? CalleeLeg : _dialog?.Caller;

    public DialogLeg? SourceLeg => Direction == DialogDirection.Downstream ? _dialog?.Caller : CalleeLeg;

    /// <summary>The destination leg's highest CSeq before this request.</summary>
    public uint PreviousCSeq { get; set; }

    /// <summary>An INVITE without its final response.</summary>
    public bool IsPendingInvite { get; set; }

    public void Begin(Dialog dialog, DialogDirection direction, DialogLeg calleeLeg)
    {
        _dialog = dialog;
        Direction = direction;
        CalleeLeg = calleeLeg;
    }

    public override void OnBranchReply(SipContext context, SipBranch branch, SipMessage reply) => DialogModule.SetCurrent(_dialog);

    public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        if (IsPendingInvite && statusCode >= 200) _dialog?.OnInviteWithinOver(this);
        if (statusCode > 100 && context.Method is not (SipMethod.Ack or SipMethod.Bye)) _dialog?.OnReplyWithin(context, this, reply, edits);
        if (branch is not null) DialogModule.SetCurrent(null);
    }

    public override void OnCompleted(SipContext context)
    {
        if (_dialog is null) return;
        if (IsPendingInvite) _dialog.OnInviteWithinOver(this);
        _dialog = null;
        CalleeLeg = null;
        pool.Return(this);
    }
}
