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

    public static CallOutcome Of(SipContext context, string? why, SipBranch? branch, SipMessage? reply, int status)
    {
        var failure = context.Failure;
        var of = branch ?? BranchOf(context, failure);
        if (context.IsCancelled && status == 487)
            return new(status, "caller", "cancelled by the caller", of);
        if (branch is not null && reply is not null)
            return new(reply.StatusCode, branch.Flow.Remote.ToString(), LogWords.Of(reply.ReasonPhrase), branch);
        if (why is not null || of is null)
            return new(status, ByProxy, why ?? LogWords.PhraseOf(status), null);
        if (failure.IsReceived)
            return new(failure.StatusCode, of.Flow.Remote.ToString(), LogWords.PhraseOf(failure.StatusCode), of);
        return failure.Reason switch
        {
            FailureReason.NoResponse => new(failure.StatusCode, "timeout", "no response at all", of),
            FailureReason.NoAnswer => new(failure.StatusCode, "timeout", "it did not answer in time", of),
            FailureReason.NameNotFound => new(failure.StatusCode, ByProxy, "no address was found for the target", of),
            FailureReason.Unreachable => new(
                failure.StatusCode,
                ByProxy,
                "the target cannot be reached: refused, no route, or its connection was lost",
                of
            ),
            _ => new(status, ByProxy, LogWords.PhraseOf(status), of),
        };
    }

    // The branch that the failure is of: the last one that failed so; else the last one.
    private static SipBranch? BranchOf(SipContext context, RelayFailure failure)
    {
        SipBranch? last = null;
        var branches = context.Branches;
        for (var i = branches.Count - 1; i >= 0; i--)
        {
            if (branches[i].FailureReason == failure.Reason && branches[i].LastStatus == failure.StatusCode)
                return branches[i];
            last ??= branches[i];
        }
        return last;
    }
}
