namespace Parley.Proxy;

/// <summary>RFC 3261 16.7 step 6: which of the failures goes upstream.</summary>
internal static class BestResponse
{
    /// <summary>The branch whose response to forward; null when there is none.</summary>
    /// <param name="branches">All branches.</param>
    /// <param name="first">The first of the present round.</param>
    public static SipBranch? Choose(List<SipBranch> branches, int first)
    {
        SipBranch? best = null;
        int bestRank = int.MaxValue;
        for (int i = first; i < branches.Count; i++)
        {
            SipBranch branch = branches[i];
            // A redirection that was followed is used up.
            if (!branch.IsFinal || branch.LastStatus < 300 || (branch.LastStatus < 400 && branch.HasTimedOut))
                continue;
            int rank = Rank(branch.LastStatus, branch.Response is null);
            if (rank >= bestRank)
                continue;
            best = branch;
            bestRank = rank;
        }

        return best;
    }

    /// <summary>A 6xx before all; else the lowest class; in 4xx what tells the caller how to do better; a response received before one of our own; 503 last.</summary>
    internal static int Rank(int status, bool isOwn)
    {
        if (status >= 600)
            return status - 600;
        int rank = status / 100 * 1000;
        rank += status switch
        {
            401 or 407 => 0,
            415 or 420 or 484 => 1,
            503 => 900,
            408 when isOwn => 600,
            487 => 500,
            408 => 400,
            _ => 100,
        };
        return rank;
    }
}
