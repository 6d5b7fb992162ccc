using Parley.Sip;

namespace Parley.Proxy;

/// <summary>How a module follows one request through the relay.</summary>
/// <remarks>All calls run inside the request's strand (an ACK's: on its thread), in the order of <see cref="SipContext.Observe"/>. One that throws is logged and the request goes on.</remarks>
public abstract class RelayObserver
{
    /// <summary>Once, after the server transaction exists and before the first branch is written.</summary>
    /// <param name="context">The request.</param>
    public virtual void OnRelaying(SipContext context) { }

    /// <summary>A branch (or an ACK, or a stateless copy: branch null) is about to be written; the proxy's own edits and the hooks' are in, the last word is the observer's.</summary>
    /// <remarks>Comes again for the same branch when it fails over to its next target (RFC 3263 4.3).</remarks>
    /// <param name="context">The request.</param>
    /// <param name="branch">The branch; null for an ACK of a 2xx and for stateless relay.</param>
    /// <param name="edits">The copy's changes.</param>
    public virtual void OnBranch(SipContext context, SipBranch? branch, SipEdits edits) { }

    /// <summary>Every response that arrives on a branch (100 and repeated 2xx of INVITE too), before any decision. Valid during the call.</summary>
    /// <param name="context">The request.</param>
    /// <param name="branch">Where it arrived.</param>
    /// <param name="reply">As received.</param>
    public virtual void OnBranchReply(SipContext context, SipBranch branch, SipMessage reply) { }

    /// <summary>A response is about to go upstream, after the reply hooks.</summary>
    /// <param name="context">The request.</param>
    /// <param name="branch">Where it came from; null when it is the proxy's own (timeout, error, 487).</param>
    /// <param name="reply">The response as received; null for one of the proxy's own that has no bytes yet.</param>
    /// <param name="statusCode">Its status.</param>
    /// <param name="edits">Its changes; null when <paramref name="reply"/> is.</param>
    public virtual void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits) { }

    /// <summary>The response has been handed to the server transaction.</summary>
    /// <param name="context">The request.</param>
    /// <param name="branch">Where it came from; null when it was the proxy's own.</param>
    /// <param name="statusCode">Its status.</param>
    public virtual void OnReplyForwarded(SipContext context, SipBranch? branch, int statusCode) { }

    /// <summary>The caller's CANCEL arrived; branches have not been cancelled yet.</summary>
    /// <param name="context">The INVITE.</param>
    /// <param name="cancel">The CANCEL, valid during the call.</param>
    public virtual void OnCancelled(SipContext context, SipMessage cancel) { }

    /// <summary>The request is over: its handlers have ended and no more events follow (an INVITE: its transactions are over). The context is about to go back to its pool.</summary>
    /// <param name="context">The request; its message may be gone.</param>
    public virtual void OnCompleted(SipContext context) { }
}
