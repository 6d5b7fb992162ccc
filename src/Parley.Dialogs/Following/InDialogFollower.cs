using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Follows one request within a dialog. Pooled: goes back when the request is over.</summary>
internal sealed class InDialogFollower(FollowerPool<InDialogFollower> pool) : DialogFollower
{
    private Dialog? _dialog;
    private byte[] _contact = [];
    private int _contactLength;
    private bool _isAccepted;
    private bool _isLeaving;
    private bool _isAstray;

    public override Dialog? Dialog => _dialog;

    public DialogDirection Direction { get; private set; }

    /// <summary>The callee's leg of the two ends that talk (a fork may have several).</summary>
    public DialogLeg? CalleeLeg { get; private set; }

    public DialogLeg? DestinationLeg => Direction == DialogDirection.Downstream ? CalleeLeg : _dialog?.Caller;

    public DialogLeg? SourceLeg => Direction == DialogDirection.Downstream ? _dialog?.Caller : CalleeLeg;

    /// <summary>Where its CSeq stands in its direction.</summary>
    public CSeqOrder Order { get; set; }

    /// <summary>Whether the remote target and the Routes that it came with are those of the dialog.</summary>
    public DialogValidation Course { get; set; }

    /// <summary>It came from elsewhere than its leg, which <see cref="DialogOptions.SequentialSource"/> does not allow.</summary>
    public bool IsForeign { get; set; }

    /// <summary>It does not fit and has no part in the dialog: nothing is learned from it, nobody is told, nothing ends by it.</summary>
    public bool IsInert { get; set; }

    /// <summary>A BYE that ends the call once the other party has answered it.</summary>
    public bool EndsCall { get; set; }

    /// <summary>A copy has been written.</summary>
    public bool IsLeaving => _isLeaving;

    /// <summary>It left for elsewhere than the dialog's other party, as its sender wrote it.</summary>
    public bool IsAstray => _isAstray;

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
        _isAccepted = _isLeaving = _isAstray = false;
        IsSpiral = IsForeign = IsInert = EndsCall = false;
        Order = CSeqOrder.Next;
        Course = DialogValidation.Valid;
        _dialog = dialog;
        Direction = direction;
        CalleeLeg = calleeLeg;
    }

    public override void OnBranchReply(SipContext context, SipBranch branch, SipMessage reply)
    {
        DialogModule.SetCurrent(_dialog);
        if (IsInert || _isAstray)
            return;
        if (branch.Flow.ConnectionId != 0 && DestinationLeg is { } leg)
            _dialog!.LearnConnection(leg, branch.Flow);
    }

    public override void OnBranch(SipContext context, SipBranch? branch, SipEdits edits)
    {
        if (_dialog is not { } dialog || IsInert)
            return;
        CSeq = edits.Original.CSeqNumber;
        _isLeaving = true;
        // A target of the application's own is its business; what the sender wrote is not.
        _isAstray =
            Course != DialogValidation.Valid
            && branch?.Target is null
            && InDialogValidation.CourseOf(context, this) != DialogValidation.Valid;
        if (_isAstray)
            return;
        dialog.Renumber(DestinationLeg!, context.Method, branch is null, Order == CSeqOrder.Repeated, edits);
        if (branch is null && EndsCall)
            dialog.OnByeOver(context, this, byOtherParty: true, 200); // stateless: its response does not come by here
        if (TargetRefresh.IsBy(context.Method))
        {
            ReadOnlySpan<byte> contact = Parley.Dialogs.Dialog.ContactLeaving(context, edits);
            if (_contact.Length < contact.Length)
                _contact = new byte[Math.Max(128, contact.Length)];
            contact.CopyTo(_contact);
            _contactLength = contact.Length;
        }

        if (dialog.KeepsSdp)
            dialog.OnRequestSdp(context, this, edits);
    }

    public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        if (IsInert)
            return;
        if (reply is not null && branch is not null && _isLeaving)
            Parley.Dialogs.Dialog.RestoreCSeq(reply, edits!, CSeq);
        if (IsPendingInvite && statusCode >= 200)
            _dialog?.OnInviteWithinOver(this);
        if (statusCode > 100 && context.Method is not (SipMethod.Ack or SipMethod.Bye))
            _dialog?.OnReplyWithin(context, this, reply, edits);
        if (_dialog is not { } dialog)
            return;
        if (EndsCall && statusCode >= 200)
            dialog.OnByeOver(context, this, branch is not null, statusCode);
        if (_isAstray)
            return;
        if (statusCode is >= 200 and < 300 && !_isAccepted && branch is not null && reply is not null && TargetRefresh.IsBy(context.Method))
        {
            _isAccepted = true;
            dialog.OnRefreshed(context, this, reply, edits!);
        }

        if (statusCode > 100 && CalleeLeg?.Exchange is not null)
            dialog.OnResponseSdp(context, this, reply, statusCode, edits);
        if (branch is not null)
            DialogModule.SetCurrent(null);
    }

    public override void OnCompleted(SipContext context)
    {
        if (_dialog is null)
            return;
        if (IsPendingInvite)
            _dialog.OnInviteWithinOver(this);
        if (EndsCall)
            _dialog.OnByeGone();
        _dialog.OnRequestSdpOver(this);
        _dialog = null;
        CalleeLeg = null;
        pool.Return(this);
    }
}
