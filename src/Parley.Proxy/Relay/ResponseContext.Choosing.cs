using System.Diagnostics.CodeAnalysis;
using Parley.Sip;

namespace Parley.Proxy;

// RFC 3261 16.7 steps 6 and 7: all branches have ended without a 2xx.
internal sealed partial class ResponseContext
{
    private bool HasNewBranches => _branches.Count > _branchesAtChoice;

    private bool HasFailureHooks => Core.FailureHooks.Length > 0 || context.FailureHooks is { Count: > 0 };

    /// <summary>A branch ended: wait for the others, try the next targets, or choose.</summary>
    private void Advance()
    {
        if (_pending > 0 || IsAnswered || _isChoosing || _isStarting || _isAccepted)
            return;
        if (!_isRelaying)
            return;
        if (_targets.Count > 0 && !IsCancelled && !_isDeclined)
        {
            StartGroup();
            return;
        }

        Choose();
    }

    private void Choose()
    {
        _chosen = BestResponse.Choose(_branches, _roundStart);
        FailureStatus = StatusOf(_chosen);
        if (!HasFailureHooks)
        {
            SendChosen();
            return;
        }

        _isChoosing = true;
        _chosenRound = _roundStart;
        _branchesAtChoice = _branches.Count;
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context.Synchronization);
        Core.Watchdog?.Enter(context, "failure hook");
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

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the best response leaves.")]
    [SuppressMessage("Reliability", "CA2007", Justification = "Coming back into the strand is the point.")]
    private async ValueTask RunFailureHooks()
    {
        foreach (SipRequestHandler hook in Core.FailureHooks)
        {
            if (IsAnswered || HasNewBranches)
                return;
            try
            {
                await hook(context);
            }
            catch (Exception error)
            {
                Caught("failure", error);
            }
        }

        List<SipRequestHandler>? own = context.FailureHooks;
        for (int i = 0; own is not null && i < own.Count; i++)
        {
            if (IsAnswered || HasNewBranches)
                return;
            try
            {
                await own[i](context);
            }
            catch (Exception error)
            {
                Caught("failure", error);
            }
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
        _isChoosing = false;
        FailureStatus = 0;
        if (IsAnswered || HasNewBranches)
        {
            _chosen = null;
            Advance(); // what was relayed again may have failed already
            return;
        }

        // Relayed again, yet no branch came of it (the limit): the choice stands, or this would go on for ever.
        _roundStart = _chosenRound;
        SendChosen();
    }

    private void SendChosen()
    {
        SipBranch? branch = _chosen;
        SipMessage? response = branch is null ? null : ResponseOf(branch);
        int status = StatusOf(branch);
        _chosen = null;
        FailureStatus = 0;
        if (response is null && status == 408 && !IsInvite)
        {
            EndUnanswered();
            return;
        }

        // Step 6: a 503 of one next hop must not keep the caller away from this proxy.
        if (branch is null || response is null || status != response.StatusCode)
            context.ReplyInStrand(status, null, default);
        else
            ForwardUpstream(branch, response, status is 401 or 407);
    }

    /// <summary>RFC 4320 4.2: no 408 to anything but INVITE: the caller has given up by the same timer. Observers hear of it as if it had been sent.</summary>
    private void EndUnanswered()
    {
        TellForwarding(null, null, 408, null);
        context.Transaction?.Abandon();
        Core.Counters.Count(ProxyCounter.Failures);
        Answered();
        TellForwarded(null, 408);
    }

    private int StatusOf(SipBranch? branch)
    {
        int status = branch?.LastStatus ?? 500;
        if (status == 503)
            return 500;
        return IsCancelled && status == 408 ? 487 : status;
    }

    private SipMessage? ResponseOf(SipBranch branch) => branch.Response ?? (branch == _liveBranch ? _live : null);

    /// <summary>Step 7: the challenges of all other branches join those of the chosen one.</summary>
    private void AddChallenges(SipBranch chosen, SipEdits edits)
    {
        for (int i = _roundStart; i < _branches.Count; i++)
        {
            SipBranch branch = _branches[i];
            if (branch == chosen || branch.LastStatus is not (401 or 407) || ResponseOf(branch) is not { } response)
                continue;
            AddChallenges(response, SipHeaderName.WwwAuthenticate, edits);
            AddChallenges(response, SipHeaderName.ProxyAuthenticate, edits);
        }
    }

    private static void AddChallenges(SipMessage response, SipHeaderName name, SipEdits edits)
    {
        for (int i = response.IndexOf(name); i >= 0; i = response.IndexOf(name, i + 1))
            edits.Append(SipText.Header(name), response.ValueOf(response.HeaderAt(i)));
    }
}
