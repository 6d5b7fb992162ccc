using Parley.Proxy;

namespace Parley.Registrar;

/// <summary>Where the targets that a look-up finds go: a structure, so that a look-up allocates nothing.</summary>
internal interface ITargetSink
{
    /// <summary>One target, in q order.</summary>
    void Add(BranchTarget target);
}

/// <summary>Into a list.</summary>
internal readonly struct TargetList(ICollection<BranchTarget> targets) : ITargetSink
{
    public void Add(BranchTarget target) => targets.Add(target);
}

/// <summary>Into a request.</summary>
internal readonly struct ContextTargets(SipContext context) : ITargetSink
{
    public void Add(BranchTarget target) => context.AddTarget(target);
}
