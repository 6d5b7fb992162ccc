using System.Text;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// What happens to a dialog: messages, timers, commands. Each method takes the lock for the step of <see cref="DialogLife"/>, posts what follows
/// to the mailbox, and runs it after the lock when its turn has come.
/// </summary>
public sealed partial class Dialog
{
    private static readonly StrandWork CancelInStrand = static (target, _, _) => ((Dialog)target!).CancelNow();

    // The initial INVITE's context while it lives: contexts are pooled, so it goes with OnInviteOver, inside the strand.
    private SipContext? _invite;
    private TaskCompletionSource? _over;
    private bool _hasPublishedEnd;
    private DialogByes? _byes;

    /// <summary>The proxy's own BYEs; null before there are any. Under the lock.</summary>
    internal DialogByes? ByesInLock => _byes;

    /// <summary>
    /// Ends the call: an early one by CANCEL on every branch (when a 2xx crosses that, by BYE), a confirmed one by BYE both ways. From any
    /// thread, callback or hook. The end itself comes later, with the first answer.
    /// </summary>
    /// <param name="reason">Kept as <see cref="TerminationReason"/>.</param>
    /// <param name="headerLines">Lines that the BYEs carry after those of <see cref="DialogOptions.ExtraHeaderLines"/>, each "Name: value" with CRLF.</param>
    /// <returns>False when it is over already, or not answered with its INVITE's transaction gone.</returns>
    /// <exception cref="ArgumentException">The header lines are malformed, or hold a header that the dialog writes itself.</exception>
    public bool Terminate(string? reason = null, string? headerLines = null)
    {
        byte[] lines = Lines(headerLines);
        DialogAction action;
        bool runs;
        lock (Lock)
        {
            if (_life.State == DialogState.Deleted || (_life.IsEarly && _invite?.Transaction is null))
                return false;
            _byes ??= new DialogByes(lines);
            _life.BeginEnding(reason);
            runs = StepAndPost(DialogEvent.Terminate, out action);
        }

        if (runs)
            Runtime.Run(this, in action);
        return true;
    }

    /// <summary>Ends the call and completes when it is over.</summary>
    /// <param name="reason">Kept as <see cref="TerminationReason"/>.</param>
    /// <param name="headerLines">As of <see cref="Terminate"/>.</param>
    /// <returns>False when it is over already, or not answered with its INVITE's transaction gone.</returns>
    /// <exception cref="ArgumentException">The header lines are malformed, or hold a header that the dialog writes itself.</exception>
    public async ValueTask<bool> TerminateAsync(string? reason = null, string? headerLines = null)
    {
        TaskCompletionSource over =
            Volatile.Read(ref _over)
            ?? Interlocked.CompareExchange(ref _over, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null)
            ?? _over;
        if (!Terminate(reason, headerLines))
            return false;
        await over.Task.ConfigureAwait(false);
        return true;
    }

    /// <summary>Into the table under its id, the early timeout running; false when the id is taken.</summary>
    internal bool TryBegin(SipContext? context)
    {
        lock (Lock)
        {
            if (!Stripe.TryAdd(this))
                return false;
            _invite = context;
            long now = Runtime.Now;
            _life.StartEarly(now, Runtime.Settings);
            Arm(now);
            return true;
        }
    }

    /// <summary>Before it is in the table: the call's record begins.</summary>
    internal void BeginTracking(ReadOnlySpan<byte> requestUri, in SipFlow source) => _tracking.Begin(_createdAt, requestUri, source);

    /// <summary>A copy of the INVITE is about to leave.</summary>
    internal void TrackBranch(SipBranch? branch)
    {
        if (!_tracking.IsOn)
            return;
        lock (Lock)
        {
            if (_life.IsEarly)
                _tracking.OnBranch(branch);
        }
    }

    /// <summary>The INVITE's transaction is complete and its branches are about to leave: Created.</summary>
    internal void OnRelaying(SipContext context)
    {
        DialogAction action;
        bool runs;
        lock (Lock)
        {
            if (!_life.TryBeginCreated())
                return;
            action = new DialogAction(DialogEffects.RunCreated, _life.State, _life.State)
            {
                Direction = DialogDirection.Downstream,
                Context = context,
                Message = context.Request,
            };
            // Ended before anything was sent: there was nothing to cancel yet.
            if (_byes is not null)
                action.Effects |= DialogEffects.CancelBranches;
            runs = Post(ref action);
        }

        if (runs)
            Runtime.Run(this, in action);
    }

    /// <summary>A response to the initial INVITE is about to go to the caller; its leg is known already.</summary>
    internal void OnReply(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        if (statusCode <= 100)
            return;
        if (!_life.Has(InternalFlags.CreatedRun))
            OnRelaying(context); // answered here, never relayed
        if (branch is not null && HasCallbacks(DialogCallbackTypes.ResponseForwarded))
            TakeReply(null, DialogEffects.RunResponseForwarded, context, branch, reply, statusCode, edits);

        DialogEvent what = statusCode switch
        {
            < 200 => DialogEvent.Provisional,
            < 300 => DialogEvent.Success,
            _ => DialogEvent.Failure,
        };
        TakeReply(what, DialogEffects.None, context, branch, reply, statusCode, edits);
    }

    /// <summary>The caller's CANCEL arrived.</summary>
    internal void OnCancelled()
    {
        lock (Lock)
        {
            long now = Runtime.Now;
            if (_life.Cancel(Flags, now, Runtime.Settings))
                Arm(now);
        }
    }

    /// <summary>The initial INVITE's transaction and all its branches are over.</summary>
    internal void OnInviteOver(SipContext context)
    {
        lock (Lock)
        {
            if (_invite == context)
                _invite = null;
            if (_life.IsAnswered)
                _legs.DropUnanswered();
        }

        Raise(DialogEvent.TransactionGone, DialogDirection.Upstream);
    }

    /// <summary>Something without a message: takes the step and runs what follows.</summary>
    /// <returns>False when the dialog was over already.</returns>
    internal bool Raise(DialogEvent what, DialogDirection direction = DialogDirection.None)
    {
        DialogAction action;
        bool runs;
        lock (Lock)
        {
            DialogState old = _life.State;
            action = new DialogAction(Step(what), old, _life.State) { Direction = direction };
            runs = Post(ref action);
        }

        if (runs)
            Runtime.Run(this, in action);
        return action.OldState != DialogState.Deleted;
    }

    /// <summary>Under the lock, by the matcher: a request within the dialog. True: the caller runs the action after it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="direction">Which way it goes.</param>
    /// <param name="callee">The callee's leg of the two ends.</param>
    /// <param name="action">What follows.</param>
    /// <param name="bye">What of the call the request ends once it is answered.</param>
    internal bool OnRequestInLock(
        SipContext context,
        DialogDirection direction,
        DialogLeg callee,
        out DialogAction action,
        out ByeScope bye
    )
    {
        SipMessage request = context.Request;
        SipMethod method = request.Method;
        bool isDownstream = direction == DialogDirection.Downstream;
        if (method != SipMethod.Ack)
            callee.SawRequest(Caller, direction, request.CSeqNumber, method);
        (isDownstream ? Caller : callee).LearnFlow(context.Source);
        if (method == SipMethod.Invite)
        {
            callee.SawInvite(direction, request.CSeqNumber);
            _underWay.BeginInvite();
        }

        DialogEvent what = method switch
        {
            SipMethod.Ack when IsOfCall(callee) => DialogEvent.Ack,
            SipMethod.Bye when _life.IsAnswered => EndsCall(callee) ? DialogEvent.Bye : DialogEvent.Request,
            SipMethod.Bye => isDownstream ? DialogEvent.Bye : DialogEvent.EarlyByeOfCallee,
            _ => DialogEvent.Request,
        };
        bye =
            method != SipMethod.Bye || !_life.IsAnswered || !IsOfCall(callee) ? ByeScope.None
            : what == DialogEvent.Bye ? ByeScope.Call
            : ByeScope.Leg;
        if (bye == ByeScope.Call)
        {
            if (_tracking.IsOn)
                _tracking.OnEndBegins(Runtime.UnixMilliseconds, IsByeUnderWay);
            _underWay.BeginBye();
        }
        else if (what == DialogEvent.Ack)
        {
            OnAck(callee);
        }

        DialogState old = _life.State;
        action = new DialogAction(Step(what), old, _life.State)
        {
            Direction = direction,
            Context = context,
            Message = request,
            DestinationLeg = isDownstream ? callee : Caller,
        };
        if (Runtime.Feed.HasReaders)
            action.Effects |= DialogEffects.Update;
        if (_byes is not null && method is SipMethod.Ack or SipMethod.Bye)
            action.Effects |= HeldByeMaySend(method, callee);
        return Post(ref action);
    }

    bool IActing.IsActing
    {
        get
        {
            lock (Lock)
            {
                return _mailbox.IsRunning;
            }
        }
    }

    bool IActing.TryAwaitInTurn(ReplyHold hold)
    {
        lock (Lock)
        {
            if (!_mailbox.IsRunning)
                return false;
            var action = new DialogAction(DialogEffects.AwaitDurable, _life.State, _life.State) { Hold = hold };
            _mailbox.Post(in action);
            return true;
        }
    }

    /// <summary>A response to a request within the dialog is about to leave.</summary>
    internal void OnReplyWithin(SipContext context, DialogDirection direction, DialogLeg? destination, SipMessage? reply, SipEdits? edits)
    {
        if (!HasCallbacks(DialogCallbackTypes.ResponseWithin))
            return;
        DialogAction action;
        bool runs;
        lock (Lock)
        {
            if (_life.State is DialogState.Unconfirmed or DialogState.Deleted)
                return;
            action = new DialogAction(DialogEffects.RunResponseWithin, _life.State, _life.State)
            {
                Direction = direction,
                Context = context,
                Message = reply,
                Edits = edits,
                DestinationLeg = destination,
            };
            runs = Post(ref action);
        }

        if (runs)
            Runtime.Run(this, in action);
    }

    /// <summary>A timer of the dialog fired: early, no-ACK, lifetime, delete delay.</summary>
    internal void OnTimer(int version)
    {
        DialogAction action = default;
        bool runs = false;
        lock (Lock)
        {
            long now = Runtime.Now;
            DialogEvent? due = _life.OnTimer(version, now, Flags, HasHooks(DialogHookKind.Timeout), out bool runsHooks, out bool isStale);
            if (isStale)
                return;
            if (runsHooks)
            {
                action = new DialogAction(DialogEffects.RunTimeout, _life.State, _life.State);
                runs = Post(ref action);
            }
            else if (due is { } what)
            {
                runs = StepAndPost(what, out action);
            }

            Arm(now);
        }

        if (runs)
            Runtime.Run(this, in action);
    }

    /// <summary>The on-timeout hooks have run: what the end of the lifetime asks for, unless one of them set a new lifetime or the call ended meanwhile.</summary>
    internal void EndLifetime()
    {
        DialogAction action;
        bool runs;
        lock (Lock)
        {
            if (!_life.TryEndLifetime(Flags))
                return;
            runs = StepAndPost(DialogEvent.LifetimeOver, out action);
        }

        if (runs)
            Runtime.Run(this, in action);
    }

    /// <summary>Something but the state changed (values, flags, profiles, a CSeq, a contact): for the feed.</summary>
    internal void Updated()
    {
        if (!Runtime.Feed.HasReaders)
            return;
        DialogAction action;
        bool runs;
        lock (Lock)
        {
            action = new DialogAction(DialogEffects.Update, _life.State, _life.State);
            runs = Post(ref action);
        }

        if (runs)
            Runtime.Run(this, in action);
    }

    /// <summary>The next action that came while another one ran; false when there is none, and the dialog is at rest. Release it after it has run.</summary>
    internal bool TryTakeAction(out DialogAction action)
    {
        lock (Lock)
        {
            return _mailbox.TryTake(out action);
        }
    }

    /// <summary>The change that ends it is on the feed. False again when a late 2xx revives the call.</summary>
    internal bool HasPublishedEnd
    {
        get => Volatile.Read(ref _hasPublishedEnd);
        set => Volatile.Write(ref _hasPublishedEnd, value);
    }

    /// <summary>The end has been published and its callbacks have run.</summary>
    internal void CompleteEnd() => Volatile.Read(ref _over)?.TrySetResult();

    /// <summary>Under the lock: the proxy's own BYEs are to be sent now, and no deadline ends the call meanwhile.</summary>
    internal DialogByes BeginByesInLock()
    {
        _life.HoldDeadlines();
        return _byes ??= new DialogByes(Runtime.Settings.ExtraHeaderLines);
    }

    /// <summary>Under the lock: the same initial INVITE comes again. True while it is not answered, and from then on the dialog knows that its messages pass twice.</summary>
    internal bool IsOfInLock(SipMessage invite)
    {
        if (!_life.IsEarly || invite.CSeqNumber != _legs.InviteCSeq)
            return false;
        if (!invite.FromTag.SequenceEqual(Caller.TagBytes) || !invite.CallId.SequenceEqual(CallIdBytes))
            return false;
        _life.MarkSpiral();
        return true;
    }

    /// <summary>CANCELs the branches of the initial INVITE, in its strand.</summary>
    internal void CancelBranches()
    {
        Strand? strand;
        ISipTransport? transport;
        lock (Lock)
        {
            strand = _invite?.Transaction?.Strand;
            transport = _invite?.Transport;
        }

        // A strand that meanwhile serves another request does no harm: CancelNow looks again.
        strand?.Post(CancelInStrand, this);
        // The caller may be any thread: a thread without a receive loop has to send its batch itself.
        transport?.Flush();
    }

    private void CancelNow()
    {
        SipContext? invite;
        lock (Lock)
        {
            invite = _invite;
        }

        invite?.CancelBranches();
    }

    private void TakeReply(
        DialogEvent? what,
        DialogEffects more,
        SipContext context,
        SipBranch? branch,
        SipMessage? reply,
        int statusCode,
        SipEdits? edits
    )
    {
        DialogAction action;
        bool runs;
        lock (Lock)
        {
            DialogState old = _life.State;
            if (what is { } happened)
            {
                bool isSuccess = happened == DialogEvent.Success;
                if (isSuccess && branch is not null && reply is not null && !_life.IsAnswered)
                    _legs.SetWinner(branch.Index, reply.ToTag);
                if (_tracking.IsOn)
                    _tracking.OnReply(in _life, happened, branch, reply, statusCode, Runtime.UnixMilliseconds);
                more |= Step(happened, statusCode);
                if (isSuccess && old != _life.State)
                {
                    _tracking.OnBranch(branch);
                    if (_life.Has(InternalFlags.Cancelled | InternalFlags.ByeSeen))
                        Race();
                    if (_byes is not null)
                        more |= Step(DialogEvent.Terminate); // our CANCEL came too late
                }
                else if (isSuccess && branch is not null && reply is not null)
                {
                    more |= OnFurtherAnswer(branch, reply);
                }
            }

            action = new DialogAction(more, old, _life.State)
            {
                Direction = DialogDirection.Upstream,
                Context = context,
                Message = reply,
                Edits = edits,
                DestinationLeg = Caller,
            };
            runs = Post(ref action);
        }

        if (runs)
            Runtime.Run(this, in action);
    }

    private void Race()
    {
        long now = Runtime.Now;
        if (_life.Race(Flags, now, Runtime.Settings))
            Arm(now);
    }

    /// <summary>Under the lock: an ACK lets the caller's BYE of this leg go; a BYE of one of the two makes it needless.</summary>
    private DialogEffects HeldByeMaySend(SipMethod method, DialogLeg callee)
    {
        if (method == SipMethod.Ack)
            return _byes!.Release(callee) ? DialogEffects.SendByes : DialogEffects.None;
        _byes!.Drop(callee);
        return DialogEffects.None;
    }

    private bool StepAndPost(DialogEvent what, out DialogAction action)
    {
        DialogState old = _life.State;
        action = new DialogAction(Step(what), old, _life.State);
        return Post(ref action);
    }

    /// <summary>Under the lock: the step, and what of its effects belongs to the change. The others are posted.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="statusCode">The status of the response that it came with; 0 without.</param>
    private DialogEffects Step(DialogEvent what, int statusCode = 0)
    {
        DialogState old = _life.State;
        DialogEffects effects = _life.Step(what, Flags);
        if (_life.State != old)
        {
            Stripe.StateChanged(this, old);
            Runtime.Times.OnStep(old, in _life, effects, _createdAt);
        }

        if ((effects & DialogAction.DoneInLock) == 0)
            return effects;
        long now = (effects & (DialogEffects.Answered | DialogEffects.Ended)) != 0 ? Runtime.Now : 0;
        long unixNow = (effects & DialogEffects.Answered) != 0 ? Runtime.UnixMilliseconds : 0;
        if (_life.Apply(effects, now, unixNow, Runtime.Settings))
            Arm(now);
        if (_tracking.IsOn)
            Track(what, effects);
        if ((effects & DialogEffects.Acknowledged) != 0)
            StartPings(0.5); // no ping has a CSeq below its INVITE's ACK
        if ((effects & DialogEffects.CountFailed) != 0)
            Runtime.Counters.CountFailed(statusCode != 0 ? statusCode : FailureStatus(what));
        if ((effects & DialogEffects.CountExpired) != 0)
            Interlocked.Increment(ref Runtime.Counters.Expired);
        if ((effects & DialogEffects.Ended) != 0)
            _pings?.Stop();
        if ((effects & DialogEffects.Unlink) != 0)
        {
            Runtime.Unlinking?.Invoke(Id);
            Stripe.Remove(this);
        }
        return effects;
    }

    /// <summary>What the caller of a call gets that ends without a response of its own here.</summary>
    private int FailureStatus(DialogEvent what) =>
        what != DialogEvent.EarlyOver ? 0
        : _life.Has(InternalFlags.Ending | InternalFlags.Cancelled | InternalFlags.ByeSeen) ? 487
        : 408;

    private void Track(DialogEvent what, DialogEffects effects)
    {
        bool hasFailureRecords = Runtime.CallRecords!.Options.MissedCalls;
        _tracking.OnStep(in _life, what, effects, Callee, IsByeUnderWay, hasFailureRecords, Runtime.UnixMilliseconds);
    }

    /// <summary>Under the lock: true when the caller is to run the action after it.</summary>
    private bool Post(ref DialogAction action)
    {
        action.Effects = Relevant(action.Effects);
        return action.Effects != DialogEffects.None && _mailbox.Post(in action);
    }

    /// <summary>Leaves out what nothing listens to, so that an in-dialog request without listeners makes no action.</summary>
    private DialogEffects Relevant(DialogEffects effects)
    {
        effects &= ~DialogAction.DoneInLock;
        if ((effects & DialogEffects.RunRequestWithin) != 0 && !HasCallbacks(DialogCallbackTypes.RequestWithin))
            effects &= ~DialogEffects.RunRequestWithin;
        if ((effects & DialogEffects.RunResponseWithin) != 0 && !HasCallbacks(DialogCallbackTypes.ResponseWithin))
            effects &= ~DialogEffects.RunResponseWithin;
        if ((effects & DialogEffects.RunResponseForwarded) != 0 && !HasCallbacks(DialogCallbackTypes.ResponseForwarded))
            effects &= ~DialogEffects.RunResponseForwarded;
        return effects;
    }

    /// <summary>Under the lock: sees to it that the wheel wakes the dialog at its next deadline or before.</summary>
    private void Arm(long now)
    {
        if (_life.TryArm(now, out int version, out long wait))
            Runtime.Arm(Slot, DialogClock.Dialog, version, wait);
    }

    private bool IsByeUnderWay => _underWay.HasBye || _byes is { HasBegun: true };

    private byte[] Lines(string? headerLines)
    {
        if (string.IsNullOrEmpty(headerLines))
            return Runtime.Settings.ExtraHeaderLines;
        byte[] lines = Encoding.UTF8.GetBytes(headerLines);
        HeaderLines.Check(lines, nameof(headerLines));
        return [.. Runtime.Settings.ExtraHeaderLines, .. lines];
    }
}
