using System.Diagnostics.CodeAnalysis;
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
        // A place that was given up for the next one: only a 2xx of INVITE still matters.
        if (branch.Transaction != transaction && !(IsInvite && status is >= 200 and < 300))
            return;
        Enter();
        if (transaction.ConnectionId != 0 && branch.Transaction == transaction)
            branch.Flow = branch.Flow with { ConnectionId = transaction.ConnectionId };
        TellBranchReply(branch, response);
        if (status < 200)
            Provisional(branch, response, status);
        else if (status < 300)
            Success(branch, response, status);
        else if (!branch.IsFinal)
            Failure(branch, response, status);
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
            Fail(branch, branch.IsCancelled && !branch.HasTimedOut ? 487 : 408);
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
            // 18.1.1: the far end does not hear TCP; then the large request goes by UDP after all.
            branch.HasDatagram = false;
            Send(branch, branch.Datagram, mayGrow: false);
        }
        else
        {
            // 16.9, 8.1.3.1: as if 503 had come. Who has given a provisional response may be ringing: no second one is asked then.
            ReportFailure(branch);
            if (!(silent && (Failover(branch) || TryOtherWay(branch))))
                Fail(branch, branch.IsCancelled ? 487 : 503);
        }

        Leave();
    }

    private void Provisional(SipBranch branch, SipMessage response, int status)
    {
        if (branch.IsFinal)
            return;
        branch.LastStatus = status;
        if (status == 100)
            return; // step 5: never forwarded
        RestartTimerC(branch);
        // RFC 4320 4.1: to a request other than INVITE no provisional response but the 100, which is the server transaction's.
        if (IsInvite && !IsAnswered)
            ForwardUpstream(branch, response, false);
    }

    private void Success(SipBranch branch, SipMessage response, int status)
    {
        bool isFirst = !_isAccepted;
        MarkKnown(branch);
        Close(branch, status);
        _targets.Clear();
        if (IsInvite)
        {
            // Step 5: every 2xx of INVITE goes upstream at once, whatever went before. Step 10: the others are cancelled.
            _isAccepted = true;
            ForwardUpstream(branch, response, false);
            if (isFirst && _pending > 0)
                CancelPending(CompletedElsewhere);
        }
        else if (!IsAnswered)
        {
            ForwardUpstream(branch, response, false);
        }
    }

    /// <summary>Both ends of what succeeded are no strangers on their connections any more.</summary>
    private void MarkKnown(SipBranch branch)
    {
        if (context.Source.ConnectionId != 0)
            Core.Transport.MarkKnown(context.Source.ConnectionId);
        if (branch.Flow.ConnectionId != 0)
            Core.Transport.MarkKnown(branch.Flow.ConnectionId);
    }

    private static ReadOnlySpan<byte> CompletedElsewhere => "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"u8;

    private static ReadOnlySpan<byte> Declined => "Reason: SIP;cause=603;text=\"Declined elsewhere\"\r\n"u8;

    private void Failure(SipBranch branch, SipMessage response, int status)
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
            branch.HasTimedOut = true; // its response was used up: it is no candidate any more
            Advance();
            return;
        }

        if (status == 487 && branch.HasTimedOut)
            status = 408; // 16.8: timer C cancelled it, not the caller
        Close(branch, status);
        if (status >= 600 && !_isDeclined)
        {
            // Step 5 and 10: no new branches, the others are cancelled; the 6xx leaves when all have ended.
            _isDeclined = true;
            _targets.Clear();
            if (_pending > 0)
                CancelPending(Declined);
        }

        if (IsAnswered)
            return;
        bool isLast = _pending == 0 && _targets.Count == 0 && !_isChoosing && !_isStarting && !HasFailureHooks;
        if (!isLast)
            branch.Response = response.Retain();
        _live = response;
        _liveBranch = branch;
        Advance();
        _live = null;
        _liveBranch = null;
    }

    /// <summary>Ends a branch that got no response: 408, 503 and others of our own.</summary>
    private void Fail(SipBranch branch, int status)
    {
        if (branch.IsFinal)
            return;
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

    /// <summary>RFC 3263 4.3: to the next place of the same branch, unless nobody waits for it any more.</summary>
    private bool Failover(SipBranch branch)
    {
        if (branch.IsCancelled || IsCancelled || IsAnswered || _isDeclined || context.RequestOrNull is null)
            return false;
        if (branch.AlternativesTried >= branch.Alternatives.Count)
            return false;
        branch.LastStatus = 0;
        branch.HasDatagram = false;
        if (!TryNext(branch))
            return false;
        Core.Counters.Count(ProxyCounter.Failovers);
        return true;
    }

    private void ReportFailure(SipBranch branch)
    {
        if (branch.Place != default)
            Core.Locator.ReportFailure(branch.Place);
    }

    /// <summary>Step 4: the Contacts of a redirection become targets.</summary>
    private bool Recurse(SipMessage response)
    {
        if (IsAnswered || IsCancelled || _isDeclined)
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

    /// <summary>16.7 steps 8 and 9: our Via off, hooks, and away.</summary>
    private void ForwardUpstream(SipBranch branch, SipMessage response, bool aggregate)
    {
        int status = response.StatusCode;
        RelayScratch scratch = RelayScratch.Rent();
        SipEdits edits = scratch.Edits;
        edits.Reset(response);
        if (HasFurtherVia(response))
        {
            edits.PopVia();
        }
        else if (!TryRestoreVias(response, edits))
        {
            scratch.Return();
            return;
        }

        if (aggregate)
            AddChallenges(branch, edits);
        if (context.Source.Listener.IsReliable)
            edits.EnsureContentLength();
        if (!context.HasReplyHooks || context.RunReplyHooks(scratch, branch, response, edits) || status >= 200)
        {
            TellForwarding(branch, response, status, edits);
            SendUpstream(scratch.Write(), status);
            Core.Counters.Count(ProxyCounter.RepliesForwarded);
            if (status >= 300)
                Core.Counters.Count(ProxyCounter.Failures);
            if (status >= 200)
                Answered();
            TellForwarded(branch, status);
        }

        scratch.Return();
    }

    /// <summary>
    /// 8.2.6.2 wants all Vias of the request in the response. One that lost those below ours, or spoilt the next, is still the answer to what was
    /// sent, by its branch; so it goes up with the Vias that the request came with. False when the request is gone.
    /// </summary>
    private bool TryRestoreVias(SipMessage response, SipEdits edits)
    {
        Core.Counters.Count(ProxyCounter.RepliesWithoutVia);
        if (context.RequestOrNull is not { } request)
            return false;
        // The 2xx of an INVITE is repeated until its ACK comes, each time with the same fault.
        if (IsInvite && response.StatusCode is >= 200 and < 300 && context.Transaction is { } transaction)
            transaction.KeepRequest = true;
        edits.RemoveAll(SipHeaderName.Via);
        for (int i = LastVia(request, request.HeaderCount); i >= 0; i = LastVia(request, i))
            edits.PushVia(request.ValueOf(request.HeaderAt(i)));
        return true;
    }

    private static int LastVia(SipMessage request, int before)
    {
        for (int i = before - 1; i >= 0; i--)
        {
            if (request.HeaderAt(i).Name == SipHeaderName.Via)
                return i;
        }

        return -1;
    }

    private void SendUpstream(ReadOnlySpan<byte> response, int status)
    {
        // RFC 6026 knows no way from Completed to a 2xx, yet RFC 3261 16.7 step 5 wants every 2xx upstream: it goes past the machine. Where to is
        // known from the request; the Via of the response is the callee's word, who might aim it at anybody.
        if (
            context.Transaction is { } transaction
            && (
                status is < 200 or >= 300
                || !IsInvite
                || transaction.State is ServerTransactionState.Proceeding or ServerTransactionState.Accepted
            )
        )
            transaction.Send(response, status);
        else
            Core.Transactions.SendBack(response, context.ReplyFlow, context.ReplyPort);
    }

    private static bool HasFurtherVia(SipMessage response)
    {
        ViaList.Enumerator vias = response.Vias.GetEnumerator();
        return vias.MoveNext() && vias.MoveNext();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the request goes on.")]
    private void TellBranchReply(SipBranch branch, SipMessage response)
    {
        foreach (RelayObserver observer in context.Observers)
        {
            try
            {
                observer.OnBranchReply(context, branch, response);
            }
            catch (Exception error)
            {
                Caught("branch reply observer", error);
            }
        }
    }
}
