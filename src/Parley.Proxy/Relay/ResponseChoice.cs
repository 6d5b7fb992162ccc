using Parley.Sip;

namespace Parley.Proxy;

/// <summary>RFC 3261 16.7 steps 6 and 7: which of a round's failures goes upstream.</summary>
internal struct ResponseChoice
{
    private int _roundStart;
    private int _groupStart;
    private int _chosenRound;
    private int _branchesAtChoice;
    private SipBranch? _chosen;
    private SipMessage? _live;
    private SipBranch? _liveBranch;

    /// <summary>The branch whose response was chosen; null when there is none.</summary>
    public readonly SipBranch? Chosen => _chosen;

    /// <summary>The response chosen; null when none came.</summary>
    public readonly SipMessage? Response => _chosen is null ? null : ResponseOf(_chosen);

    /// <summary>Relaying begins anew: only branches from now on count.</summary>
    public void BeginRound(List<SipBranch> branches) => _roundStart = branches.Count;

    public void BeginGroup(List<SipBranch> branches) => _groupStart = branches.Count;

    /// <summary>A response that is being received: it need not be copied to be chosen.</summary>
    public void BeginResponse(SipBranch branch, SipMessage response)
    {
        _live = response;
        _liveBranch = branch;
    }

    public void EndResponse()
    {
        _live = null;
        _liveBranch = null;
    }

    /// <summary>The best of the round.</summary>
    public void Choose(List<SipBranch> branches)
    {
        _chosen = Best(branches, _roundStart);
        _chosenRound = _roundStart;
        _branchesAtChoice = branches.Count;
    }

    public void Forget() => _chosen = null;

    /// <summary>Relayed again, yet no branch came of it (the limit): the choice stands, or this would go on for ever.</summary>
    public void Stand() => _roundStart = _chosenRound;

    /// <summary>Branches were made since the choice.</summary>
    public readonly bool IsOvertaken(List<SipBranch> branches) => branches.Count > _branchesAtChoice;

    /// <summary>How the targets tried last failed; default when none of them was sent.</summary>
    public readonly RelayFailure GroupFailure(List<SipBranch> branches) => FailureOf(Best(branches, _groupStart));

    public static RelayFailure FailureOf(SipBranch? branch) =>
        branch is null ? default : new RelayFailure(branch.LastStatus, branch.FailureReason, branch.IsReceived);

    /// <summary>Step 7: the challenges of all other branches join those of the chosen one.</summary>
    public readonly void AddChallenges(List<SipBranch> branches, SipBranch chosen, SipEdits edits)
    {
        for (int i = _roundStart; i < branches.Count; i++)
        {
            SipBranch branch = branches[i];
            if (branch == chosen || branch.LastStatus is not (401 or 407) || ResponseOf(branch) is not { } response)
                continue;
            AddChallenges(response, SipHeaderName.WwwAuthenticate, edits);
            AddChallenges(response, SipHeaderName.ProxyAuthenticate, edits);
        }
    }

    /// <summary>A 6xx before all; else the lowest class; in 4xx those that the caller can act on; a response received before one of our own; 503 last.</summary>
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

    private readonly SipMessage? ResponseOf(SipBranch branch) => branch.Response ?? (branch == _liveBranch ? _live : null);

    private static SipBranch? Best(List<SipBranch> branches, int first)
    {
        SipBranch? best = null;
        int bestRank = int.MaxValue;
        for (int i = first; i < branches.Count; i++)
        {
            SipBranch branch = branches[i];
            if (!branch.IsFinal || branch.LastStatus < 300 || branch.IsUsedUp)
                continue;
            int rank = Rank(branch.LastStatus, isOwn: !branch.IsReceived);
            if (rank >= bestRank)
                continue;
            best = branch;
            bestRank = rank;
        }

        return best;
    }

    private static void AddChallenges(SipMessage response, SipHeaderName name, SipEdits edits)
    {
        for (int i = response.IndexOf(name); i >= 0; i = response.IndexOf(name, i + 1))
            edits.Append(SipText.Header(name), response.ValueOf(response.HeaderAt(i)));
    }
}
