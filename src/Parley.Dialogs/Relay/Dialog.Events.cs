using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>What the dialog's messages do to it. Each method takes the lock for the step and runs what follows after it.</summary>
public sealed partial class Dialog
{
    private static readonly StrandWork CancelInStrand = static (target, _, _) => ((Dialog)target!).CancelNow();

    // The initial INVITE's context while it lives: contexts are pooled, so it goes with OnInviteOver, inside the strand.
    private SipContext? _invite;

    /// <summary>
    /// CreateDialog: into the table, the early timeout running. A dialog that came from a store keeps its id, wherever the count stands here:
    /// when it has this one's, this one takes the next.
    /// </summary>
    internal void Begin(SipContext? context)
    {
        if (context is not null)
            LearnCaller(context);
        lock (Gate)
        {
            _invite = context;
            while (!Stripe.TryAdd(this))
                Id = Module.Table.NextId(Id.Entry);
            StartEarly();
        }
    }

    /// <summary>The INVITE's transaction is complete and its branches are about to leave: Created.</summary>
    internal void OnRelaying(SipContext context)
    {
        DialogAct act;
        bool mine;
        lock (Gate)
        {
            if ((_facts & DialogFacts.CreatedRun) != 0)
                return;
            _facts |= DialogFacts.CreatedRun;
            // Ended before anything was sent: there was nothing to cancel yet.
            act = new DialogAct(
                _byes is null ? DialogEffects.RunCreated : DialogEffects.RunCreated | DialogEffects.CancelBranches,
                _state,
                _state
            )
            {
                Direction = DialogDirection.Downstream,
                Context = context,
                Message = context.Request,
            };
            mine = TakeTurn(ref act);
        }

        if (mine)
            Act(in act);
    }

    /// <summary>A response to the initial INVITE is about to go to the caller; its leg is known already.</summary>
    internal void OnReply(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        if (statusCode <= 100)
            return;
        if ((_facts & DialogFacts.CreatedRun) == 0)
            OnRelaying(context); // answered here, never relayed
        if (branch is not null && HasCallbacks(DialogCallbackTypes.ResponseForwarded))
            TakeStep(null, DialogEffects.RunResponseForwarded, context, branch, reply, edits);

        DialogEvent what = statusCode switch
        {
            < 200 => DialogEvent.Provisional,
            < 300 => DialogEvent.Success,
            _ => DialogEvent.Failure,
        };
        TakeStep(what, DialogEffects.None, context, branch, reply, edits);
    }

    /// <summary>The caller's CANCEL arrived.</summary>
    internal void OnCancelled()
    {
        lock (Gate)
        {
            _facts |= DialogFacts.Cancelled;
            if (_state is DialogState.Unconfirmed or DialogState.Early)
                _reason ??= DialogReasons.Cancelled;
            else if (_state is DialogState.ConfirmedNoAck)
                Race();
        }
    }

    /// <summary>The initial INVITE's transaction and all its branches are over.</summary>
    internal void OnInviteOver(SipContext context)
    {
        lock (Gate)
        {
            if (_invite == context)
                _invite = null;
            DropUnansweredLegs();
        }

        Happen(DialogEvent.TransactionGone, DialogDirection.Upstream);
    }

    /// <summary>Something without a message: takes the step and runs what follows.</summary>
    /// <returns>False when the dialog was over already.</returns>
    internal bool Happen(DialogEvent what, DialogDirection direction = DialogDirection.None, string? reason = null)
    {
        DialogAct act;
        bool mine;
        lock (Gate)
        {
            DialogState old = _state;
            if (old != DialogState.Deleted)
                _reason ??= reason;
            act = new DialogAct(Step(what), old, _state) { Direction = direction };
            mine = TakeTurn(ref act);
        }

        if (mine)
            Act(in act);
        return act.OldState != DialogState.Deleted;
    }

    /// <summary>Under the lock, by the matcher: a request within the dialog. The act is to be run by <see cref="RunAct"/> when this is true.</summary>
    internal bool OnRequestInLock(SipContext context, InDialogRelay relay, out DialogAct act)
    {
        SipMessage request = context.Request;
        SipMethod method = request.Method;
        DialogLeg callee = relay.CalleeLeg!,
            source = relay.SourceLeg!,
            destination = relay.DestinationLeg!;
        if (method != SipMethod.Ack)
            callee.SawRequest(relay.Direction, request.CSeqNumber, method);
        source.LearnFlow(context.Source);
        if (method == SipMethod.Invite)
        {
            callee.SawInvite(relay.Direction, request.CSeqNumber);
            OnInviteWithin(relay);
        }

        bool answered = _state is DialogState.ConfirmedNoAck or DialogState.Confirmed;
        DialogEvent what = method switch
        {
            SipMethod.Ack when callee == _callee => DialogEvent.Ack,
            SipMethod.Bye when answered && callee == _callee => DialogEvent.Bye,
            SipMethod.Bye when answered => DialogEvent.Request, // to or from a leg that lost: the call goes on
            SipMethod.Bye => relay.Direction == DialogDirection.Downstream ? DialogEvent.Bye : DialogEvent.EarlyByeOfCallee,
            _ => DialogEvent.Request,
        };
        if (what == DialogEvent.Bye && answered)
            OnByeBegins(relay);

        DialogState old = _state;
        act = new DialogAct(Step(what), old, _state)
        {
            Direction = relay.Direction,
            Context = context,
            Message = request,
            DestinationLeg = destination,
        };
        if (Module.Feed.HasReaders)
            act.Effects |= DialogEffects.Update;
        if (_byes is not null && callee == _callee && method is SipMethod.Ack or SipMethod.Bye)
            act.Effects |= HeldByeMaySend(method);
        return TakeTurn(ref act);
    }

    /// <summary>
    /// A BYE between the parties has its final response, or none came in time. The call is over when the other party has taken it, has no such
    /// call, or did not answer (RFC 3261 15.1.1). A challenge (401, 407) is answered by another BYE, and 503 says that the BYE did not get there,
    /// so both leave it up. Any other refusal (a Require that the callee does not know, too few Max-Forwards) lets the sender hang up and the other
    /// party talk on: then the proxy ends the call itself, with BYEs that have nothing in them to refuse.
    /// </summary>
    /// <param name="context">The BYE.</param>
    /// <param name="bye">Its part in the dialog.</param>
    /// <param name="byOtherParty">A response came; false: it is one of the proxy's own.</param>
    /// <param name="statusCode">200 or above.</param>
    internal void OnByeOver(SipContext context, InDialogRelay bye, bool byOtherParty, int statusCode)
    {
        if (bye.IsAstray || !bye.IsLeaving)
            return;
        string reason = bye.Direction == DialogDirection.Upstream ? DialogReasons.UpstreamBye : DialogReasons.DownstreamBye;
        if (statusCode == 408 || (byOtherParty && statusCode is < 300 or 481))
        {
            EndByBye(context, bye, reason);
        }
        else if (byOtherParty && statusCode is not (401 or 407 or 503))
        {
            Terminate(reason);
        }
    }

    private void EndByBye(SipContext context, InDialogRelay bye, string reason)
    {
        DialogAct act;
        bool mine;
        lock (Gate)
        {
            DialogState old = _state;
            if (old != DialogState.Deleted)
                _reason ??= reason;
            act = new DialogAct(Step(DialogEvent.ByeAnswered), old, _state)
            {
                Direction = bye.Direction,
                Context = context,
                Message = context.Request,
                DestinationLeg = bye.DestinationLeg,
            };
            mine = TakeTurn(ref act);
        }

        if (mine)
            Act(in act);
    }

    /// <summary>A response to a request within the dialog is about to leave.</summary>
    internal void OnReplyWithin(SipContext context, InDialogRelay request, SipMessage? reply, SipEdits? edits)
    {
        if (!HasCallbacks(DialogCallbackTypes.ResponseWithin))
            return;
        DialogAct act;
        bool mine;
        lock (Gate)
        {
            if (_state is DialogState.Unconfirmed or DialogState.Deleted)
                return;
            act = new DialogAct(DialogEffects.RunResponseWithin, _state, _state)
            {
                Direction = request.Direction == DialogDirection.Downstream ? DialogDirection.Upstream : DialogDirection.Downstream,
                Context = context,
                Message = reply,
                Edits = edits,
                DestinationLeg = request.SourceLeg,
            };
            mine = TakeTurn(ref act);
        }

        if (mine)
            Act(in act);
    }

    internal void RunAct(in DialogAct act) => Act(in act);

    /// <summary>CANCELs the branches of the initial INVITE, in its strand.</summary>
    internal void CancelBranches()
    {
        Strand? strand;
        ISipTransport? transport;
        lock (Gate)
        {
            strand = _invite?.Transaction?.Strand;
            transport = _invite?.Transport;
        }

        // A strand that meanwhile serves another request does no harm: CancelNow looks again.
        strand?.Post(CancelInStrand, this);
        // The caller may be any thread: one without a receive loop has nobody else to send its batch.
        transport?.Flush();
    }

    private void CancelNow()
    {
        SipContext? invite;
        lock (Gate)
        {
            invite = _invite;
        }

        invite?.CancelBranches();
    }

    private void TakeStep(DialogEvent? what, DialogEffects more, SipContext context, SipBranch? branch, SipMessage? reply, SipEdits? edits)
    {
        DialogAct act;
        bool mine;
        lock (Gate)
        {
            DialogState old = _state;
            if (what is { } happened)
            {
                if (
                    happened == DialogEvent.Success
                    && branch is not null
                    && reply is not null
                    && _state is not (DialogState.ConfirmedNoAck or DialogState.Confirmed)
                )
                    SetWinner(branch.Index, reply.ToTag);
                more |= Step(happened);
                if (happened == DialogEvent.Success && old != _state)
                {
                    if ((_facts & (DialogFacts.Cancelled | DialogFacts.ByeSeen)) != 0)
                        Race();
                    if (_byes is not null)
                        more |= Step(DialogEvent.Terminate); // our CANCEL came too late
                }
            }

            act = new DialogAct(more, old, _state)
            {
                Direction = DialogDirection.Upstream,
                Context = context,
                Message = reply,
                Edits = edits,
                DestinationLeg = _caller,
            };
            mine = TakeTurn(ref act);
        }

        if (mine)
            Act(in act);
    }

    /// <summary>RFC 5407: 200 and CANCEL (or an early BYE) crossed. With end-on-race-condition the call gets the race delay and no more.</summary>
    private void Race()
    {
        _facts |= DialogFacts.RaceOccurred;
        if ((Flags & DialogFlags.EndOnRaceCondition) == 0)
            return;
        _lifetime = (long)Module.Options.RaceConditionTimeout.TotalMilliseconds;
        StartLifetime(restart: true);
    }
}
