using Parley.Sip;
using Parley.Transactions;

namespace Parley.Proxy;

// RFC 3261 16.8 and 16.10: timer C, and CANCEL in both directions.
internal sealed partial class ResponseContext
{
    /// <summary>Timer C lies in the wheel in slices, so that calls answered soon leave nothing there for minutes.</summary>
    private const long SliceMilliseconds = 30_000;

    private static readonly StrandWork TimerWork = static (target, _, version) => ((ResponseContext)target!).OnTimerC(version);

    /// <summary>The caller's CANCEL; the layer has answered it.</summary>
    public void OnCancel(SipMessage cancel)
    {
        if (IsCancelled)
            return;
        Enter();
        IsCancelled = true;
        Core.Counters.Count(ProxyCounter.Cancelled);
        TellCancelled(cancel);
        if (!IsAnswered)
        {
            // A handler that awaits and has not relayed yet is let finish: RelayAsync, or its end, answers 487.
            CancelPendingFor(cancel);
            if (!IsUnderWay && _handlers == 0)
                context.ReplyInStrand(487, null, default);
        }

        Leave();
    }

    /// <summary>Step 10: CANCELs all that has no final response; targets not tried are dropped.</summary>
    public void CancelPending(ReadOnlySpan<byte> headerLines)
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
        if (Volatile.Read(ref _version) == version)
            context.Strand.Run(TimerWork, this, null, version);
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
            Fail(branch, 487); // not sent yet
            return;
        }

        if (branch.IsCancelled)
            return;
        branch.IsCancelled = true;
        branch.Transaction.Cancel(headerLines);
    }

    private void StartTimerC(SipBranch branch)
    {
        RestartTimerC(branch);
        if (_timerArmed)
            return;
        _timerArmed = true;
        Core.Timers.Arm(this, 0, _version, Math.Min(SliceMilliseconds, (long)context.TimerC.TotalMilliseconds));
    }

    private void RestartTimerC(SipBranch branch) =>
        branch.TimerCDue = IsInvite ? Core.Timers.Now + (long)context.TimerC.TotalMilliseconds : long.MaxValue;

    void ITimerTarget.Prefetch(int kind, long version, int step)
    {
        if (step == 0 && version == Version)
            CacheLine.Fetch(context, 4);
    }

    private void OnTimerC(long version)
    {
        if (version != _version)
            return;
        Enter();
        _timerArmed = false;
        long now = Core.Timers.Now,
            next = long.MaxValue;
        for (int i = 0; i < _branches.Count; i++)
        {
            SipBranch branch = _branches[i];
            if (branch.IsFinal || branch.IsCancelled)
                continue;
            if (branch.TimerCDue > now)
                next = Math.Min(next, branch.TimerCDue);
            else
                Expire(branch);
        }

        if (next != long.MaxValue && !IsAnswered && !_timerArmed)
        {
            _timerArmed = true;
            Core.Timers.Arm(this, 0, _version, Math.Clamp(next - now, 10, SliceMilliseconds));
        }

        Leave();
    }

    private void Expire(SipBranch branch)
    {
        Core.Counters.Count(ProxyCounter.BranchTimeouts);
        branch.HasTimedOut = true;
        if (branch.LastStatus > 0)
        {
            Cancel(branch, default);
            return;
        }

        // 16.8: no provisional response: as if 408 had come; the machine stops repeating.
        ClientTransaction? transaction = branch.Transaction;
        transaction?.Abandon();
        Fail(branch, 408);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the request goes on.")]
    private void TellCancelled(SipMessage cancel)
    {
        foreach (RelayObserver observer in context.Observers)
        {
            try
            {
                observer.OnCancelled(context, cancel);
            }
            catch (Exception error)
            {
                Caught("cancel observer", error);
            }
        }
    }
}
