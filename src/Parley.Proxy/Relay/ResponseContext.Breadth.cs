using Parley.Sip;

namespace Parley.Proxy;

// How far one request may fork: here, at the proxies behind (RFC 5393 5.3.3), and over all its returns to this one.
internal sealed partial class ResponseContext
{
    // A target that joins while others are under way gets so much of what was held back for such.
    private const int ShareOfLatecomer = 4;

    /// <summary>False: nothing is started; the group waits until a branch has ended, or the request was answered 440.</summary>
    /// <param name="wanted">Targets of the group.</param>
    /// <param name="granted">How many of them may be started; the others are left out.</param>
    /// <param name="share">Max-Breadth of each.</param>
    /// <param name="rest">How many of them get one more.</param>
    private bool TryDivide(int wanted, out int granted, out int share, out int rest)
    {
        share = rest = 0;
        granted = Math.Min(wanted, Math.Max(0, Core.Options.MaxBranches - _branches.Count));
        if (granted < wanted)
            ProxyLog.TooManyBranches(Core.Logger, context.CallIdText, Core.Options.MaxBranches);
        if (granted == 0 || context.RequestOrNull is not { } request)
            return true;
        int free = FreeBreadth(request);
        if (granted > free)
        {
            // 5.3.3.3: what does not fit may go serially; without a branch to wait for it is 440.
            if (_pending == 0)
                Exceed();
            return false;
        }

        if (context.CameBack)
        {
            int allowed = Core.Spirals.Take(LoopDetection.RequestKey(request, Core.Random), granted, Core.Options.MaxSpiralBranches);
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
        // Where nobody before us set a bound, something is held back for targets that join later.
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
        context.ReplyInStrand(440, null, default);
    }
}
