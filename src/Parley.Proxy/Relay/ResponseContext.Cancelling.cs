using Parley.Sip;
using Parley.Transactions;

namespace Parley.Proxy;

// RFC 3261 16.8 and 16.10: the branches' times, and CANCEL in both directions.
internal sealed partial class ResponseContext
{
    private static readonly StrandWork TimerWork = static (target, _, version) => ((ResponseContext)target!).OnTimer(version);

    /// <summary>The caller's CANCEL; the layer has answered it.</summary>
    public void OnCancel(SipMessage cancel)
    {
        if (IsCancelled)
            return;
        Enter();
        IsCancelled = true;
        Core.Counters.Count(ProxyCounter.Cancelled);
        Context.Observers.Cancelled(Context, cancel);
        if (!IsAnswered)
        {
            // A handler that awaits and has not relayed yet is let finish: RelayAsync, or its end, answers 487.
            CancelPendingFor(cancel);
            Context.AbortDeferred();
            if (!IsUnderWay && !Lifetime.HasHandlers)
                Context.ReplyInStrand(487, null, default);
        }

        Leave();
    }

    public override void CancelPending(ReadOnlySpan<byte> headerLines)
    {
        Enter();
        _targets.Clear();
        // A branch that ends here may end the request, but no branch is added: counting up is safe.
        for (int i = 0; i < _branches.Count; i++)
        {
            SipBranch branch = _branches[i];
            if (!branch.IsFinal)
                Cancel(branch, headerLines);
        }

        Leave();
    }

    void ITimerTarget.OnTimer(int kind, long version)
    {
        if (Version == version)
            Context.Strand.Run(TimerWork, this, null, version);
    }

    void ITimerTarget.Prefetch(int kind, long version, int step)
    {
        if (step == 0 && version == Version)
            CacheLine.Fetch(Context, 4);
    }

    private protected override void Sent(SipBranch branch)
    {
        long now = Core.Timers.Now;
        TimerC.Begin(branch, IsInvite, Context.TimerC, Options, now);
        _timer.Arm(Core.Timers, this, Version, TimerC.DueOf(branch), now);
    }

    private void RestartTimerC(SipBranch branch)
    {
        if (IsInvite)
            branch.TimerCDue = Core.Timers.Now + (long)Context.TimerC.TotalMilliseconds;
    }

    private void CancelPendingFor(SipMessage cancel)
    {
        // RFC 3326 2: the reasons go on with the CANCEL, one for each protocol, on as many lines as they came.
        int first = cancel.IndexOf(SipHeaderName.Reason);
        if (first < 0)
        {
            CancelPending(default);
            return;
        }

        RelayScratch scratch = RelayScratch.Rent();
        SipWriter writer = scratch.Writer;
        writer.Reset();
        for (int i = first; i >= 0; i = cancel.IndexOf(SipHeaderName.Reason, i + 1))
            writer.Header(SipHeaderName.Reason, cancel.ValueOf(cancel.HeaderAt(i)));
        CancelPending(writer.Written);
        scratch.Return();
    }

    private void Cancel(SipBranch branch, ReadOnlySpan<byte> headerLines)
    {
        if (!IsInvite)
            return; // 9.1: only an INVITE is cancelled
        if (branch.Transaction is null)
        {
            branch.IsCancelled = true;
            Fail(branch, 487, FailureReason.Cancelled); // not sent yet
            return;
        }

        if (branch.IsCancelled)
            return;
        branch.IsCancelled = true;
        branch.Transaction.Cancel(headerLines);
    }

    private void OnTimer(long version)
    {
        if (version != Version)
            return;
        Enter();
        long now = Core.Timers.Now,
            next = long.MaxValue;
        _timer.Fired(now);
        for (int i = 0; i < _branches.Count; i++)
        {
            if (TimerC.DueOf(_branches[i]) <= now)
                Expire(_branches[i], now);
        }

        // After all, for what expired may have led to new branches and addresses.
        foreach (SipBranch branch in _branches)
            next = Math.Min(next, TimerC.DueOf(branch));
        if (!IsAnswered)
            _timer.Arm(Core.Timers, this, version, next, now);
        Leave();
    }

    private void Expire(SipBranch branch, long now)
    {
        Core.Counters.Count(ProxyCounter.BranchTimeouts);
        if (branch.IsCancelled)
        {
            // Nothing came, so no CANCEL has left: the machine sends it when something comes.
            branch.Transaction?.StopTrying();
            Fail(branch, 487, FailureReason.Cancelled);
            return;
        }

        ClientTransaction? transaction = branch.Transaction;
        if (branch.LastStatus > 0)
        {
            branch.HasTimedOut = true;
            if (IsInvite)
            {
                Note(CallStep.BranchTimedOut, branch.Flow.Remote, 0, 0);
                Cancel(branch, default);
                return;
            }

            transaction?.Abandon();
            Fail(branch, 408, FailureReason.NoAnswer);
            return;
        }

        if (branch.TimerCDue > now)
        {
            // A time of RelayOptions: the address is silent, another one may not be. Of this one a 2xx may still come; a late provisional is cancelled.
            ReportFailure(branch);
            if (IsInvite)
                transaction?.StopTrying();
            if (Failover(branch))
            {
                if (!IsInvite)
                    transaction?.Abandon();
                return;
            }
        }

        // 16.8: no provisional response: as if 408 had come.
        branch.HasTimedOut = true;
        if (!IsInvite || branch.TimerCDue <= now)
            transaction?.Abandon();
        Fail(branch, 408, FailureReason.NoResponse);
    }
}
