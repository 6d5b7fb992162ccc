namespace Parley.Proxy;

/// <summary>The targets that were not tried yet (RFC 3261 16.5): highest q first, equal ones in the order they came. A null target is the request-URI.</summary>
internal readonly struct TargetQueue()
{
    private readonly List<BranchTarget?> _targets = [];

    public int Count => _targets.Count;

    public void Add(BranchTarget? target) => _targets.Add(target);

    public void Clear() => _targets.Clear();

    /// <summary>The highest q, and how many targets have it.</summary>
    public (int Q, int Size) Group()
    {
        int q = -1,
            size = 0;
        foreach (BranchTarget? target in _targets)
        {
            if (QOf(target) > q)
                (q, size) = (QOf(target), 0);
            if (QOf(target) == q)
                size++;
        }

        return (q, size);
    }

    /// <summary>Moves the first targets of this q to <paramref name="group"/>; further ones are left out.</summary>
    /// <param name="q">The group.</param>
    /// <param name="granted">How many of it may be tried.</param>
    /// <param name="group">Where they go.</param>
    public void MoveGroup(int q, int granted, List<BranchTarget?> group)
    {
        int left = 0;
        for (int i = 0; i < _targets.Count; i++)
        {
            BranchTarget? target = _targets[i];
            if (QOf(target) != q)
                _targets[left++] = target;
            else if (group.Count < granted)
                group.Add(target);
        }

        _targets.RemoveRange(left, _targets.Count - left);
    }

    /// <summary>The first of the highest q; the others are dropped. Null when there is none.</summary>
    public BranchTarget? RemoveFirst()
    {
        int best = -1;
        for (int i = 0; i < _targets.Count; i++)
        {
            if (best < 0 || QOf(_targets[i]) > QOf(_targets[best]))
                best = i;
        }

        BranchTarget? target = best < 0 ? null : _targets[best];
        _targets.Clear();
        return target;
    }

    private static int QOf(BranchTarget? target) => target is null ? 1000 : target.Q;
}
