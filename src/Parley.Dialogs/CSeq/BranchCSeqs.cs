namespace Parley.Dialogs;

/// <summary>
/// With which number one request left on each of its branches. It is that of the request unless somebody renumbered the branch (the
/// proxy's credentials after a challenge, its own requests on the leg), and one branch's number is not another's.
/// </summary>
internal struct BranchCSeqs(uint received)
{
    private (int Branch, uint Sent)[]? _changed;

    /// <summary>The number the request came with, and its responses go back with.</summary>
    public uint Received { get; } = received;

    /// <summary>The number on this branch.</summary>
    public readonly uint SentOn(int branch)
    {
        foreach ((int changed, uint sent) in _changed ?? [])
        {
            if (changed == branch)
                return sent;
        }

        return Received;
    }

    /// <summary>Whether responses of this branch must get their number back.</summary>
    public readonly bool IsRenumbered(int branch) => SentOn(branch) != Received;

    /// <summary>The request leaves (again) on this branch with this number.</summary>
    public void Set(int branch, uint sent)
    {
        for (int i = 0; i < (_changed?.Length ?? 0); i++)
        {
            if (_changed![i].Branch == branch)
            {
                _changed[i].Sent = sent;
                return;
            }
        }

        if (sent != Received)
            _changed = [.. _changed ?? [], (branch, sent)];
    }
}
