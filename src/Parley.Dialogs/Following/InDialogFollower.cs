using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Follows one request within a dialog. Pooled: goes back when the request is over.</summary>
internal sealed class InDialogFollower(FollowerPool<InDialogFollower> pool) : DialogFollower
{
    private Dialog? _dialog;
    private DialogDirection _direction;
    private byte[] _contact = [];
    private int _contactLength;
    private bool _isAccepted;
    private bool _isLeaving; // a copy has been written
    private bool _isAstray; // it left for elsewhere than the dialog's other party, as its sender wrote it

    public override Dialog? Dialog => _dialog;

    public override DialogDirection Direction => _direction;

    /// <summary>Which way its responses go.</summary>
    public DialogDirection ReplyDirection =>
        _direction == DialogDirection.Downstream ? DialogDirection.Upstream : DialogDirection.Downstream;

    /// <summary>The callee's leg of the two ends that talk (a fork may have several).</summary>
    public DialogLeg? CalleeLeg { get; private set; }

    public DialogLeg? DestinationLeg => _direction == DialogDirection.Downstream ? CalleeLeg : _dialog?.Caller;

    public DialogLeg? SourceLeg => _direction == DialogDirection.Downstream ? _dialog?.Caller : CalleeLeg;

    /// <summary>Where its CSeq stands in its direction.</summary>
    public CSeqOrder Order { get; set; }

    /// <summary>Whether the remote target and the Routes that it came with are those of the dialog.</summary>
    public DialogValidation Course { get; set; }

    /// <summary>It came from elsewhere than its leg, which <see cref="DialogOptions.SequentialSource"/> does not allow.</summary>
    public bool IsForeign { get; set; }

    /// <summary>It does not match and has no part in the dialog: nothing is learned from it, no callback runs, nothing ends by it.</summary>
    public bool IsInert { get; set; }

    /// <summary>Of a BYE: what of the call ends once the other party has answered it.</summary>
    public ByeScope Bye { get; private set; }

    /// <summary>An INVITE without its final response.</summary>
    public bool IsPendingInvite { get; private set; }

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
        IsSpiral = IsForeign = IsInert = false;
        Bye = ByeScope.None;
        Order = CSeqOrder.Next;
        Course = DialogValidation.Valid;
        _dialog = dialog;
        _direction = direction;
        CalleeLeg = calleeLeg;
    }

    /// <summary>Under the lock, once: the request takes its part in the dialog. True: the caller runs the action after it.</summary>
    public bool JoinInLock(SipContext context, out DialogAction action)
    {
        IsPendingInvite = context.Method == SipMethod.Invite;
        bool runs = _dialog!.OnRequestInLock(context, _direction, CalleeLeg!, out action, out ByeScope bye);
        Bye = bye;
        return runs;
    }

    public override void OnBranchReply(SipContext context, SipBranch branch, SipMessage reply)
    {
        CurrentDialog.Set(_dialog);
        if (IsInert || _isAstray)
            return;
        if (branch.Flow.ConnectionId != 0 && DestinationLeg is { } leg)
        {
            // A leg answered by this connection: what the proxy sends there of its own goes by it too.
            lock (leg.Lock)
            {
                leg.LearnFlow(branch.Flow);
            }
        }
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
        uint sent = CSeqEdits.Renumber(DestinationLeg!, context.Method, branch is null, Order == CSeqOrder.Repeated, edits);
        if (sent != CSeq)
            dialog.Runtime.Note(dialog, CallStep.Renumbered, edits.Original, (int)sent);
        if (branch is null && Bye != ByeScope.None)
            OnByeOver(dialog, context, byOtherParty: true, 200); // stateless: its response does not come by here
        if (TargetRefresh.IsBy(context.Method))
        {
            ReadOnlySpan<byte> contact = LegContact.Leaving(context, edits);
            if (_contact.Length < contact.Length)
                _contact = new byte[Math.Max(128, contact.Length)];
            contact.CopyTo(_contact);
            _contactLength = contact.Length;
        }

        if (dialog.KeepsSdp)
            SdpLearning.OnRequest(dialog, context, this, edits);
    }

    public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        if (IsInert)
            return;
        if (reply is not null && branch is not null && _isLeaving)
            CSeqEdits.Restore(reply, edits!, CSeq);
        if (_dialog is not { } dialog)
            return;
        if (IsPendingInvite && statusCode >= 200)
            EndInvite(dialog);
        if (statusCode > 100 && context.Method is not (SipMethod.Ack or SipMethod.Bye))
            dialog.OnReplyWithin(context, ReplyDirection, SourceLeg, reply, edits);
        if (Bye != ByeScope.None && statusCode >= 200)
            OnByeOver(dialog, context, branch is not null, statusCode);
        if (_isAstray)
            return;
        if (statusCode is >= 200 and < 300 && !_isAccepted && branch is not null && reply is not null && TargetRefresh.IsBy(context.Method))
        {
            _isAccepted = true;
            LegLearning.FromRefresh(dialog, context, this, reply, edits!);
        }

        if (statusCode > 100 && CalleeLeg?.Exchange is not null)
            SdpLearning.OnReply(dialog, context, this, reply, statusCode, edits);
        if (branch is not null)
            CurrentDialog.Set(null);
    }

    public override void OnCompleted(SipContext context)
    {
        if (_dialog is not { } dialog)
            return;
        if (IsPendingInvite)
            EndInvite(dialog);
        if (Bye == ByeScope.Call)
        {
            lock (dialog.Lock)
            {
                dialog.UnderWay.EndBye();
            }
        }

        SdpLearning.OnRequestOver(dialog, this);
        _dialog = null;
        CalleeLeg = null;
        pool.Return(this);
    }

    /// <summary>
    /// A BYE between the parties has its final response, or none came in time. Its leg is over, and the call with the last leg, when the other party has taken it, has no such
    /// call, or did not answer (RFC 3261 15.1.1). A challenge (401, 407) is answered by another BYE, and 503 says that the BYE did not get there,
    /// so both leave it up. Any other refusal (a Require that the callee does not know, too few Max-Forwards) lets the sender hang up and the other
    /// party talk on: then the proxy ends the call itself, with BYEs that have nothing in them to refuse.
    /// </summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="context">The BYE.</param>
    /// <param name="byOtherParty">A response came; false: it is one of the proxy's own.</param>
    /// <param name="statusCode">200 or above.</param>
    private void OnByeOver(Dialog dialog, SipContext context, bool byOtherParty, int statusCode)
    {
        if (_isAstray || !_isLeaving)
            return;
        if (statusCode == 408 && !byOtherParty)
            dialog.Runtime.Note(dialog, CallStep.ByeUnanswered, CSeq);
        if (statusCode == 408 || (byOtherParty && statusCode is < 300 or 481))
        {
            if (dialog.EndByBye(context, _direction, CalleeLeg!) && dialog.Runtime.Holds is { HoldsReplies: true } holds)
                holds.Hold(context, dialog);
        }
        else if (byOtherParty && statusCode is not (401 or 407 or 503))
            dialog.TerminateLeg(
                CalleeLeg!,
                _direction == DialogDirection.Upstream ? DialogReasons.UpstreamBye : DialogReasons.DownstreamBye
            );
    }

    private void EndInvite(Dialog dialog)
    {
        lock (dialog.Lock)
        {
            IsPendingInvite = false;
            dialog.UnderWay.EndInvite();
        }
    }
}
