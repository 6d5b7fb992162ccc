using Parley.Sip;
using Parley.Transactions;

namespace Parley.Proxy;

// RFC 3261 16.7 steps 8 and 9: our Via off, hooks, and away.
internal sealed partial class ResponseContext
{
    private void ForwardUpstream(SipBranch branch, SipMessage response, bool withChallenges)
    {
        int status = response.StatusCode;
        if (_hold is { } held && held.Has(branch, response.ToTag))
            return; // 17.1.1.2: the callee repeats a 2xx whose ACK it does not see; this one has not left yet
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

        if (withChallenges)
            _choice.AddChallenges(_branches, branch, edits);
        if (Context.Source.Listener.IsReliable)
            edits.EnsureContentLength();
        if (!Context.HasReplyHooks || Context.RunReplyHooks(branch, response, edits) || status >= 200)
        {
            _mayHold = status >= 200;
            Context.Observers.ReplyForwarding(Context, branch, response, status, edits);
            _mayHold = false;
            bool isHeld = TryHold(branch, response, scratch, status);
            if (!isHeld)
            {
                SendUpstream(scratch.Write(), status);
                Core.Counters.Count(ProxyCounter.RepliesForwarded);
            }

            if (status >= 300)
                Core.Counters.Count(ProxyCounter.Failures);
            if (status >= 200)
                Answered();
            if (!isHeld)
                Context.Observers.ReplyForwarded(Context, branch, status);
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
        if (Context.RequestOrNull is not { } request)
            return false;
        // The 2xx of an INVITE is repeated until its ACK comes, each time with the same fault.
        if (IsInvite && response.StatusCode is >= 200 and < 300 && Context.Transaction is { } transaction)
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
        // known from the request; the Via of the response is written by the callee and could name any address.
        if (
            Context.Transaction is { } transaction
            && (
                status is < 200 or >= 300
                || !IsInvite
                || transaction.State is ServerTransactionState.Proceeding or ServerTransactionState.Accepted
            )
        )
            transaction.Send(response, status);
        else
            Context.SendBack(response);
    }

    private static bool HasFurtherVia(SipMessage response)
    {
        ViaList.Enumerator vias = response.Vias.GetEnumerator();
        return vias.MoveNext() && vias.MoveNext();
    }
}
