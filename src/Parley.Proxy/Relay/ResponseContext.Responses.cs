using Parley.Sip;
using Parley.Transactions;

namespace Parley.Proxy;

// RFC 3261 16.7: what comes back on the branches.
internal sealed partial class ResponseContext
{
    void IClientTransactionUser.OnResponse(ClientTransaction transaction, SipMessage response)
    {
        var branch = (SipBranch)transaction.UserState!;
        int status = response.StatusCode;
        Core.Counters.Count(ProxyCounter.RepliesReceived);
        // An address that was given up for the next one: only a 2xx of INVITE still matters.
        if (branch.Transaction != transaction && !(IsInvite && status is >= 200 and < 300))
            return;
        Enter();
        if (transaction.ConnectionId != 0 && branch.Transaction == transaction)
            branch.Flow = branch.Flow with { ConnectionId = transaction.ConnectionId };
        Context.Observers.BranchReply(Context, branch, response);
        if (status < 200)
            Provisional(branch, response, status);
        else if (status < 300)
            Success(branch, response, status);
        else if (!branch.IsFinal)
            ReceiveFailure(branch, response, status);
        Leave();
    }

    void IClientTransactionUser.OnTimeout(ClientTransaction transaction)
    {
        var branch = (SipBranch)transaction.UserState!;
        if (branch.Transaction != transaction || branch.IsFinal)
            return;
        Enter();
        Core.Counters.Count(ProxyCounter.BranchTimeouts);
        bool silent = branch.LastStatus == 0;
        if (silent)
            ReportFailure(branch);
        if (!(silent && Failover(branch)))
        {
            if (branch.IsCancelled && !branch.HasTimedOut)
                Fail(branch, 487, FailureReason.Cancelled);
            else
                Fail(branch, 408, silent ? FailureReason.NoResponse : FailureReason.NoAnswer);
        }

        Leave();
    }

    void IClientTransactionUser.OnTransportError(ClientTransaction transaction)
    {
        var branch = (SipBranch)transaction.UserState!;
        if (branch.Transaction != transaction || branch.IsFinal)
            return;
        Enter();
        Core.Counters.Count(ProxyCounter.BranchErrors);
        bool silent = branch.LastStatus == 0;
        if (silent && branch.HasDatagram && !branch.IsCancelled && !IsAnswered)
        {
            SendAsDatagram(branch);
        }
        else
        {
            // 16.9, 8.1.3.1: as if 503 had come. A callee that has given a provisional response may be ringing: no second one is asked then.
            ReportFailure(branch);
            if (!(silent && (Failover(branch) || TryOtherWay(branch))))
            {
                if (branch.IsCancelled)
                    Fail(branch, 487, FailureReason.Cancelled);
                else
                    Fail(branch, 503, FailureReason.Unreachable);
            }
        }

        Leave();
    }

    private void Provisional(SipBranch branch, SipMessage response, int status)
    {
        if (branch.IsFinal)
            return;
        branch.LastStatus = status;
        branch.FirstResponseDue = long.MaxValue;
        if (status == 100)
            return; // step 5: never forwarded
        RestartTimerC(branch);
        // RFC 4320 4.1: to a request other than INVITE no provisional response but the 100, which is the server transaction's.
        if (IsInvite && !IsAnswered)
            ForwardUpstream(branch, response, withChallenges: false);
    }

    private void Success(SipBranch branch, SipMessage response, int status)
    {
        bool isFirst = Phase != RelayPhase.Accepted;
        MarkKnown(branch);
        branch.FailureReason = FailureReason.None;
        Close(branch, status);
        _targets.Clear();
        if (IsInvite)
        {
            // Step 5: every 2xx of INVITE goes upstream at once, whatever went before. Step 10: the others are cancelled.
            Phase = RelayPhase.Accepted;
            Failure = default;
            ForwardUpstream(branch, response, withChallenges: false);
            if (isFirst && _pending > 0)
                CancelPending("Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"u8);
        }
        else if (!IsAnswered)
        {
            Failure = default;
            ForwardUpstream(branch, response, withChallenges: false);
        }
    }

    /// <summary>Both ends of what succeeded are no strangers on their connections any more.</summary>
    private void MarkKnown(SipBranch branch)
    {
        if (Context.Source.ConnectionId != 0)
            Core.Transport.MarkKnown(Context.Source.ConnectionId);
        if (branch.Flow.ConnectionId != 0)
            Core.Transport.MarkKnown(branch.Flow.ConnectionId);
    }

    private void ReceiveFailure(SipBranch branch, SipMessage response, int status)
    {
        if (status == 503)
        {
            ReportFailure(branch);
            if (Failover(branch))
                return;
        }

        if (status is >= 300 and < 400 && Core.Options.RecurseOnRedirect && Recurse(response))
        {
            Close(branch, status);
            branch.IsUsedUp = true;
            Advance();
            return;
        }

        if (status == 487 && branch.HasTimedOut)
            status = 408; // 16.8: a timer of ours cancelled it, not the caller
        branch.FailureReason = RelayFailure.ReasonOf(status);
        branch.IsReceived = true;
        Close(branch, status);
        if (status >= 600 && Phase < RelayPhase.Declined)
        {
            // Step 5 and 10: no new branches, the others are cancelled; the 6xx leaves when all have ended.
            Phase = RelayPhase.Declined;
            _targets.Clear();
            if (_pending > 0)
                CancelPending("Reason: SIP;cause=603;text=\"Declined elsewhere\"\r\n"u8);
        }

        if (IsAnswered)
            return;
        bool isLast = _pending == 0 && _targets.Count == 0 && Activity == RelayActivity.None && !HasFailureHooks;
        if (!isLast)
            branch.Response = response.Retain();
        _choice.BeginResponse(branch, response);
        Advance();
        _choice.EndResponse();
    }

    private protected override void Fail(SipBranch branch, int status, FailureReason reason)
    {
        if (branch.IsFinal)
            return;
        branch.FailureReason = reason;
        Note(CallStep.BranchFailed, branch.Flow.Listener is null ? default : branch.Flow.Remote, status, (int)reason);
        Close(branch, status);
        Advance();
    }

    private void Close(SipBranch branch, int status)
    {
        branch.LastStatus = status;
        if (branch.IsFinal)
            return;
        branch.IsFinal = true;
        _pending--;
    }

    /// <summary>Step 4: the Contacts of a redirection become targets.</summary>
    private bool Recurse(SipMessage response)
    {
        if (IsAnswered || IsCancelled || Phase >= RelayPhase.Declined)
            return false;
        bool any = false;
        foreach (NameAddrView contact in response.Contacts)
        {
            if (contact.IsStar || contact.Uri.Scheme is not (SipUriScheme.Sip or SipUriScheme.Sips) || IsKnown(contact.UriText))
                continue;
            if (UncallableAddress.IsUncallable(contact.Uri) || !SipUri.TryParse(contact.UriText, out SipUri? uri))
                continue;
            if (_targets.Count + _branches.Count >= Core.Options.MaxBranches)
                break;
            _targets.Add(new BranchTarget { Uri = uri, Q = Math.Clamp(contact.Q, 0, 1000) });
            any = true;
        }

        return any;
    }

    private bool IsKnown(ReadOnlySpan<byte> uri)
    {
        foreach (SipBranch branch in _branches)
        {
            if (branch.RequestUri.SequenceEqual(uri))
                return true;
        }

        return false;
    }
}
