using System.Diagnostics.CodeAnalysis;
using Parley.Sip;

namespace Parley.Proxy;

// RFC 3261 16.7 steps 6 and 7: all branches of a group have ended without a 2xx.
internal sealed partial class ResponseContext
{
    private bool HasNewBranches => _choice.IsOvertaken(_branches);

    /// <summary>A branch ended: wait for the others, try the next targets, or choose.</summary>
    private void Advance()
    {
        if (_pending > 0 || IsAnswered || Activity != RelayActivity.None)
            return;
        if (Phase is < RelayPhase.Relaying or RelayPhase.Accepted)
            return;
        if (_targets.Count > 0 && !IsCancelled && Phase < RelayPhase.Declined && WantsNext())
            StartGroup();
        else
            Choose();
    }

    /// <summary>Whether the next targets are tried after the failure of those tried last.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the request goes on.")]
    private bool WantsNext()
    {
        if (_tryNext is not { } decide || _choice.GroupFailure(_branches) is not { StatusCode: > 0 } failure)
            return true;
        try
        {
            if (decide(failure))
                return true;
        }
        catch (Exception error)
        {
            Context.HookFailed("failover", error);
            return true;
        }

        _targets.Clear();
        return false;
    }

    private void Choose()
    {
        _choice.Choose(_branches);
        Failure = FailureOf(_choice.Chosen);
        if (!HasFailureHooks)
        {
            SendChosen();
            return;
        }

        Activity = RelayActivity.Choosing;
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(Context.Synchronization);
        Core.Watchdog?.Enter(Context, "failure hook");
        try
        {
            ValueTask hooks = RunFailureHooks();
            if (!hooks.IsCompletedSuccessfully)
            {
                _ = AwaitHooks(hooks);
                return;
            }
        }
        finally
        {
            Core.Watchdog?.Leave();
            SynchronizationContext.SetSynchronizationContext(before);
        }

        HooksDone();
    }

    [SuppressMessage("Reliability", "CA2007", Justification = "Coming back into the strand is the point.")]
    private async ValueTask RunFailureHooks()
    {
        foreach (SipRequestHandler hook in Context.Hooks.Failure)
        {
            if (IsAnswered || HasNewBranches)
                return;
            await RunFailureHook(hook);
        }

        List<SipRequestHandler>? own = Context.FailureHooks;
        for (int i = 0; own is not null && i < own.Count; i++)
        {
            if (IsAnswered || HasNewBranches)
                return;
            await RunFailureHook(own[i]);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the best response leaves.")]
    [SuppressMessage("Reliability", "CA2007", Justification = "Coming back into the strand is the point.")]
    private async ValueTask RunFailureHook(SipRequestHandler hook)
    {
        try
        {
            await hook(Context);
        }
        catch (Exception error)
        {
            Context.HookFailed("failure", error);
        }
    }

    [SuppressMessage("Reliability", "CA2007", Justification = "Coming back into the strand is the point.")]
    private async Task AwaitHooks(ValueTask hooks)
    {
        await hooks;
        Enter();
        HooksDone();
        Leave();
    }

    private void HooksDone()
    {
        Activity = RelayActivity.None;
        if (IsAnswered || HasNewBranches)
        {
            _choice.Forget();
            Advance(); // what was relayed again may have failed already
            return;
        }

        _choice.Stand();
        SendChosen();
    }

    private void SendChosen()
    {
        SipBranch? branch = _choice.Chosen;
        SipMessage? response = _choice.Response;
        int status = UpstreamStatus(branch);
        _choice.Forget();
        Failure = FailureOf(branch);
        if (response is null && status == 408 && !IsInvite)
            EndUnanswered(branch);
        else if (branch is null || response is null || status != response.StatusCode)
            Context.ReplyInStrand(status, null, default);
        else
            ForwardUpstream(branch, response, status is 401 or 407);
    }

    /// <summary>
    /// RFC 4320 4.2: no 408 to anything but INVITE, for the caller has given up by the same timer. Observers see it as if it had been sent. Where a
    /// shorter time of <see cref="RelayOptions"/> ended the branch the caller still waits, and gets 504.
    /// </summary>
    private void EndUnanswered(SipBranch? branch)
    {
        if (branch is { HasTimedOut: true })
        {
            Context.ReplyInStrand(504, null, default);
            return;
        }

        Context.Observers.ReplyForwarding(Context, null, null, 408, null);
        Context.Transaction?.Abandon();
        Core.Counters.Count(ProxyCounter.Failures);
        Answered();
        Context.Observers.ReplyForwarded(Context, null, 408);
    }

    private RelayFailure FailureOf(SipBranch? branch)
    {
        RelayFailure failure = ResponseChoice.FailureOf(branch);
        return IsCancelled && failure.StatusCode == 408 ? new RelayFailure(487, FailureReason.Cancelled, false) : failure;
    }

    /// <summary>Step 6: a 503 of one next hop must not keep the caller away from this proxy.</summary>
    private int UpstreamStatus(SipBranch? branch)
    {
        int status = branch?.LastStatus ?? 500;
        if (status == 503)
            return 500;
        return IsCancelled && status == 408 ? 487 : status;
    }
}
