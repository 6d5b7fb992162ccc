using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// Auto-PRACK (RFC 3262) for one initial INVITE: acknowledges reliable provisional responses in the caller's place, once for each RSeq of
/// each leg, and takes the reliability out of what the caller gets. Inside the INVITE's strand.
/// </summary>
internal sealed class ReliableReplies(DialogRequests requests, Dialog dialog, bool hasOffer) : ILocalRequestUser
{
    private readonly List<(DialogLeg Leg, long RSeq)> _last = [];
    private Verdict _verdict;

    private enum Verdict : byte
    {
        /// <summary>Not reliable, or not ours to acknowledge.</summary>
        Pass,

        /// <summary>Acknowledged here: goes on as an ordinary provisional response.</summary>
        Strip,

        /// <summary>Again, or before its turn (RFC 3262 4): not for the caller.</summary>
        Drop,
    }

    /// <summary>Null when the caller's INVITE leaves nothing to do: it requires reliability from end to end.</summary>
    public static ReliableReplies? For(DialogRequests requests, Dialog dialog, SipMessage invite) =>
        (dialog.Flags & DialogFlags.AutoPrack) == 0 || invite.Tokens(SipHeaderName.Require).Contains("100rel"u8)
            ? null
            : new ReliableReplies(requests, dialog, !invite.Body.IsEmpty);

    /// <summary>A response arrived on a branch; its leg is known.</summary>
    public void OnBranchReply(SipBranch branch, SipMessage reply)
    {
        _verdict = Verdict.Pass;
        long rseq = reply.RSeq;
        if (reply.StatusCode is <= 100 or >= 200 || rseq <= 0 || !reply.Tokens(SipHeaderName.Require).Contains("100rel"u8))
            return;
        // An offer in a reliable response is answered in its PRACK (RFC 3262 5), which only the caller can do.
        if (!hasOffer && !reply.Body.IsEmpty)
            return;
        DialogLeg? leg;
        lock (dialog.Lock)
        {
            leg = dialog.LegSet.Find(branch.Index, reply.ToTag);
        }

        if (leg is null)
            return;

        int at = _last.FindIndex(each => each.Leg == leg);
        if (at >= 0 && rseq != _last[at].RSeq + 1)
        {
            _verdict = Verdict.Drop;
            return;
        }

        if (at < 0)
            _last.Add((leg, rseq));
        else
            _last[at] = (leg, rseq);
        _verdict = Verdict.Strip;
        if (!requests.SendPrack(dialog, leg, rseq, reply.CSeqNumber, this))
            requests.PrackFailed(dialog, leg, 503);
    }

    /// <summary>The response is about to go to the caller.</summary>
    public void OnReply(SipReplyContext reply)
    {
        if (reply.Branch is null || reply.StatusCode is <= 100 or >= 200)
            return;
        if (_verdict == Verdict.Drop)
            reply.Suppress();
        else if (_verdict == Verdict.Strip)
            Strip(reply.Reply, reply.Edits);
    }

    void ILocalRequestUser.OnResponse(LocalRequest request, SipMessage response)
    {
        if (response.StatusCode >= 300)
            requests.PrackFailed(dialog, (DialogLeg)request.State!, response.StatusCode);
    }

    // The callee repeats its response, gets no PRACK, and gives the call up by itself (RFC 3262 3).
    void ILocalRequestUser.OnFailed(LocalRequest request, int statusCode) =>
        requests.PrackFailed(dialog, (DialogLeg)request.State!, statusCode);

    private static void Strip(SipMessage reply, SipEdits edits)
    {
        edits.RemoveAll(SipHeaderName.RSeq);
        // Written anew in one piece: taking out one value at a time costs a walk through its line for each.
        int room = 0,
            length = 0;
        for (int i = reply.IndexOf(SipHeaderName.Require); i >= 0; i = reply.IndexOf(SipHeaderName.Require, i + 1))
            room += reply.HeaderAt(i).ValueLength + 2;
        Span<byte> kept = edits.Scratch(room);
        foreach (ReadOnlySpan<byte> tag in reply.Tokens(SipHeaderName.Require))
        {
            if (SipText.EqualsIgnoreCase(tag, "100rel"u8))
                continue;
            if (length > 0)
            {
                ", "u8.CopyTo(kept[length..]);
                length += 2;
            }

            tag.CopyTo(kept[length..]);
            length += tag.Length;
        }

        edits.RemoveAll(SipHeaderName.Require);
        if (length > 0)
            edits.Push(SipHeaderName.Require, kept[..length]);
    }
}
