using Parley.Sip;
using Parley.Transactions;

namespace Parley.Proxy;

// RFC 3261 16.6: targets become branches, one group of equal q after the other.
internal sealed partial class ResponseContext
{
    // A target that joins while others are under way gets this share of what was held back.
    private const int ShareOfLatecomer = 4;

    private static readonly StrandWork ForwardWork = static (target, argument, version) =>
        ((ResponseContext)target!).ForwardPosted((PostedForward)argument!, version);

    public override ValueTask<bool> Forward(RelayOptions options, Func<RelayFailure, bool>? tryNext)
    {
        if (IsAnswered)
            return new ValueTask<bool>(false);
        if (IsCancelled)
        {
            Context.ReplyInStrand(487, null, default);
            return new ValueTask<bool>(false);
        }

        if (_pending > 0 && _targets.Count == 0)
            return new ValueTask<bool>(true);
        Enter();
        (_options, _tryNext) = (options, tryNext);
        if (Phase < RelayPhase.Relaying)
        {
            Phase = RelayPhase.Relaying;
            Context.Observers.Relaying(Context);
        }

        // A new round, unless branches of one are on their way: then the targets only join it.
        if (_pending == 0)
        {
            _choice.BeginRound(_branches);
            Failure = default;
        }

        if (_targets.Count == 0)
            _targets.Add(null);
        int before = _branches.Count;
        bool wasPending = _pending > 0;
        StartGroup();
        bool isResolving = false,
            hasLeft = wasPending;
        for (int i = before; i < _branches.Count; i++)
        {
            isResolving |= _branches[i].IsResolving;
            hasLeft |= !_branches[i].IsFinal;
        }

        ValueTask<bool> result = new(hasLeft && !IsAnswered);
        if (isResolving)
        {
            _groupLeft ??= new TaskCompletionSource<bool>();
            result = new ValueTask<bool>(_groupLeft.Task);
        }

        Leave();
        return result;
    }

    public override ValueTask<bool> ForwardFromOutside(RelayOptions options, Func<RelayFailure, bool>? tryNext)
    {
        var posted = new PostedForward(options, tryNext);
        Context.Strand.Post(ForwardWork, this, posted, Version);
        Core.Transport.Flush();
        return new ValueTask<bool>(posted.Done.Task);
    }

    private async void ForwardPosted(PostedForward posted, long version)
    {
        ValueTask<bool> task = version == Version ? Forward(posted.Options, posted.TryNext) : new ValueTask<bool>(false);
        posted.Done.SetResult(await task.ConfigureAwait(false));
    }

    /// <summary>Starts all targets of the highest q. What fails at once counts as a response; the rest is awaited.</summary>
    private void StartGroup()
    {
        RelayActivity outer = Activity;
        Activity = RelayActivity.Starting;
        _choice.BeginGroup(_branches);
        (int q, int size) = _targets.Group();
        if (TryDivide(size, out int granted, out int share, out int rest))
        {
            List<BranchTarget?> group = _group;
            _targets.MoveGroup(q, granted, group);
            for (int i = 0; i < group.Count && !IsAnswered; i++)
                StartBranch(group[i], share + (i < rest ? 1 : 0));
            group.Clear();
        }

        Activity = outer;
        Advance();
    }

    private void StartBranch(BranchTarget? target, int breadth)
    {
        SipBranch branch = Core.Branches.Rent();
        branch.Begin(_branches.Count, target, target is null ? Context.RequestUriText : target.Uri.Bytes);
        branch.Breadth = breadth;
        _branches.Add(branch);
        _pending++;
        Launch(branch);
    }

    private protected override void LookedUp()
    {
        if (_groupLeft is null)
            return;
        bool hasLeft = false;
        foreach (SipBranch branch in _branches)
        {
            if (branch.IsResolving)
                return;
            hasLeft |= !branch.IsFinal || branch.LastStatus is >= 200 and < 300;
        }

        TaskCompletionSource<bool> done = _groupLeft;
        _groupLeft = null;
        done.SetResult(hasLeft);
    }

    /// <summary>How far the request may fork: here, at the proxies behind (RFC 5393 5.3.3), and over all its returns to this one.</summary>
    /// <param name="wanted">Targets of the group.</param>
    /// <param name="granted">How many of them may be started; the others are left out.</param>
    /// <param name="share">Max-Breadth of each.</param>
    /// <param name="rest">How many of them get one more.</param>
    /// <returns>False: nothing is started; the group waits until a branch has ended, or the request was answered 440.</returns>
    private bool TryDivide(int wanted, out int granted, out int share, out int rest)
    {
        share = rest = 0;
        granted = Math.Min(wanted, Math.Max(0, Core.Options.MaxBranches - _branches.Count));
        if (granted < wanted)
            ProxyLog.TooManyBranches(Core.Logger, Context.CallIdText, Core.Options.MaxBranches);
        if (granted == 0 || Context.RequestOrNull is not { } request)
            return true;
        int free = FreeBreadth(request);
        if (granted > free)
        {
            // 5.3.3.3: what does not fit may go serially; without a branch to wait for it is 440.
            if (_pending == 0)
                Exceed();
            return false;
        }

        if (Context.CameBack)
        {
            int allowed = Core.Spirals.Reserve(LoopDetection.RequestKey(request, Core.Random), granted, Core.Options.MaxSpiralBranches);
            if (allowed == 0 && _branches.Count == 0)
            {
                Exceed();
                return false;
            }

            if (allowed < granted)
                Core.Counters.Count(ProxyCounter.BreadthExceeded);
            granted = allowed;
            if (granted == 0)
                return true;
        }

        share = _pending == 0 ? free / granted : Math.Min(free / granted, ShareOfLatecomer);
        rest = _pending == 0 ? free % granted : 0;
        return true;
    }

    /// <summary>What branches under way have left of the incoming Max-Breadth; that of an ended branch is free again (5.3.3.3.1).</summary>
    private int FreeBreadth(SipMessage request)
    {
        int incoming = MaxBreadth.Of(request, Core.Options);
        if (_pending == 0)
            return incoming;
        // Where no element upstream set a bound, some is held back for targets that join later.
        if (request.IndexOf(SipHeaderName.MaxBreadth) < 0)
            incoming += Core.Options.MaxBranches;
        foreach (SipBranch branch in _branches)
        {
            if (!branch.IsFinal)
                incoming -= branch.Breadth;
        }

        return Math.Max(0, incoming);
    }

    private void Exceed()
    {
        Core.Counters.Count(ProxyCounter.BreadthExceeded);
        _targets.Clear();
        Context.ReplyInStrand(440, null, default);
    }

    private sealed record PostedForward(RelayOptions Options, Func<RelayFailure, bool>? TryNext)
    {
        public TaskCompletionSource<bool> Done { get; } = new();
    }
}
