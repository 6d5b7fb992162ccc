using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Follows one request within a dialog. Pooled: goes back when the request is over.</summary>
internal sealed class InDialogRelay(RelayPool<InDialogRelay> pool) : DialogRelay
{
    private Dialog? _dialog;
    private byte[] _contact = [];
    private int _contactLength;
    private bool _isAccepted;

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

    /// <summary>The number it came with; known once it leaves.</summary>
    public uint CSeq { get; private set; }

    /// <summary>Of a target refresh request: its Contact as it left.</summary>
    public ReadOnlySpan<byte> Contact => _contact.AsSpan(0, _contactLength);

    /// <summary>A request of a call that passes here twice, on its second way through: everything about it was done on the first.</summary>
    public bool IsSpiral { get; set; }

    public void Begin(Dialog dialog, DialogDirection direction, DialogLeg calleeLeg)
    {
        _contactLength = 0;
        _isAccepted = false;
        IsSpiral = false;
        _dialog = dialog;
        Direction = direction;
        CalleeLeg = calleeLeg;
    }

    public override void OnBranchReply(SipContext context, SipBranch branch, SipMessage reply)
    {
        DialogModule.SetCurrent(_dialog);
        if (branch.Flow.ConnectionId != 0 && DestinationLeg is { } leg) _dialog!.LearnConnection(leg, branch.Flow);
    }

    public override void OnBranch(SipContext context, SipBranch? branch, SipEdits edits)
    {
        if (_dialog is not { } dialog) return;
        CSeq = edits.Original.CSeqNumber;
        if (!IsSpiral) dialog.Renumber(DestinationLeg!, context.Method, branch is null, edits);
        if (TargetRefresh.IsBy(context.Method))
        {
            ReadOnlySpan<byte> contact = Parley.Dialogs.Dialog.ContactLeaving(context, edits);
            if (_contact.Length < contact.Length) _contact = new byte[Math.Max(128, contact.Length)];
            contact.CopyTo(_contact);
            _contactLength = contact.Length;
        }

        if (dialog.KeepsSdp) dialog.OnRequestSdp(context, this, edits);
    }

    public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        if (reply is not null && branch is not null) Parley.Dialogs.Dialog.RestoreCSeq(reply, edits!, CSeq);
        if (IsPendingInvite && statusCode >= 200) _dialog?.OnInviteWithinOver(this);
        if (statusCode > 100 && context.Method is not (SipMethod.Ack or SipMethod.Bye)) _dialog?.OnReplyWithin(context, this, reply, edits);
        if (_dialog is not { } dialog) return;
        if (statusCode is >= 200 and < 300 && !_isAccepted && branch is not null && reply is not null && TargetRefresh.IsBy(context.Method))
        {
            _isAccepted = true;
            dialog.OnRefreshed(context, this, reply, edits!);
        }

        if (statusCode > 100 && CalleeLeg?.Exchange is not null) dialog.OnResponseSdp(context, this, reply, statusCode, edits);
        if (branch is not null) DialogModule.SetCurrent(null);
    }

    public override void OnCompleted(SipContext context)
    {
        if (_dialog is null) return;
        if (IsPendingInvite) _dialog.OnInviteWithinOver(this);
        _dialog.OnRequestSdpOver(this);
        _dialog = null;
        CalleeLeg = null;
        pool.Return(this);
    }
}
