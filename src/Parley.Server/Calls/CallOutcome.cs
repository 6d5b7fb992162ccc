using Parley.Proxy;
using Parley.Sip;

namespace Parley.Server.Calls;

/// <summary>How an attempt failed: the final status as it was received, or the server's own, who gave it and why.</summary>
/// <param name="Status">The final status, before the server maps it for the caller (RFC 3261 16.7 step 6: a 503 leaves as 500).</param>
/// <param name="By">The address that answered, <c>proxy</c>, <c>timeout</c> or <c>caller</c>.</param>
/// <param name="Reason">The reason phrase, or the server's own words.</param>
/// <param name="Branch">The branch it is about; null when nothing was sent.</param>
internal readonly record struct CallOutcome(int Status, string By, string Reason, SipBranch? Branch)
{
    public const string ByProxy = "proxy";

    public static CallOutcome Of(SipContext context, CallAttempt attempt, SipBranch? branch, SipMessage? reply, int status)
    {
        if (context.IsCancelled && status == 487)
            return new(status, "caller", "cancelled by the caller", branch ?? Last(context, status));
        if (branch is not null && reply is not null)
            return new(reply.StatusCode, branch.Flow.Remote.ToString(), LogWords.Of(reply.ReasonPhrase), branch);
        if (Last(context, status) is not { } last || attempt.Why is not null)
            return new(status, ByProxy, attempt.Why ?? LogWords.PhraseOf(status), null);
        if (attempt.HasFailureOf(last))
            return new(last.LastStatus, last.Flow.Remote.ToString(), LogWords.PhraseOf(last.LastStatus), last);
        return last.LastStatus switch
        {
            408 => new(408, "timeout", "no answer", last),
            503 or 500 when last.Flow.Listener is null => new(last.LastStatus, ByProxy, "no address was found for the target", last),
            503 => new(503, ByProxy, "the target cannot be reached: refused, unreachable, or its connection was lost", last),
            _ => new(status, ByProxy, LogWords.PhraseOf(status), last),
        };
    }

    // The branch that the failure is of: the last one with its status, of which 503 leaves as 500; else the last one.
    private static SipBranch? Last(SipContext context, int status)
    {
        SipBranch? last = null;
        var branches = context.Branches;
        for (var i = branches.Count - 1; i >= 0; i--)
        {
            var branch = branches[i];
            if (branch.LastStatus == status || (status == 500 && branch.LastStatus == 503))
                return branch;
            last ??= branch;
        }
        return last;
    }
}
