using System.Diagnostics.CodeAnalysis;
using System.Text;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

// RFC 3261 16.6: targets become branches, branches find their next hop and leave.
internal sealed partial class ResponseContext
{
    private static readonly StrandWork LocatedWork = static (target, argument, found) =>
        ((ResponseContext)target!).Located((SipBranch)argument!, found != 0);
    private static readonly StrandWork ForwardWork = static (target, argument, version) =>
        ((ResponseContext)target!).ForwardPosted((TaskCompletionSource<bool>)argument!, version);

    public void AddTarget(BranchTarget target) => _targets.Add(target);

    /// <summary>RelayAsync, inside the strand.</summary>
    public ValueTask<bool> Forward()
    {
        if (IsAnswered)
            return new ValueTask<bool>(false);
        if (IsCancelled)
        {
            context.ReplyInStrand(487, null, default);
            return new ValueTask<bool>(false);
        }

        if (_pending > 0 && _targets.Count == 0)
            return new ValueTask<bool>(true);
        Enter();
        if (!_isRelaying)
        {
            _isRelaying = true;
            TellRelaying();
        }

        // A new round, unless branches of one are on their way: then the targets only join it.
        if (_pending == 0)
            _roundStart = _branches.Count;
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

    /// <summary>RelayAsync from a handler that left the strand's synchronization context.</summary>
    public ValueTask<bool> ForwardFromOutside()
    {
        var done = new TaskCompletionSource<bool>();
        context.Strand.Post(ForwardWork, this, done, Version);
        Core.Transport.Flush();
        return new ValueTask<bool>(done.Task);
    }

    private async void ForwardPosted(TaskCompletionSource<bool> done, long version)
    {
        ValueTask<bool> task = version == Version ? Forward() : new ValueTask<bool>(false);
        done.SetResult(await task.ConfigureAwait(false));
    }

    /// <summary>Starts all targets of the highest q. What fails at once counts as a response; the rest is awaited.</summary>
    private void StartGroup()
    {
        bool outer = _isStarting;
        _isStarting = true;
        int q = -1,
            size = 0;
        foreach (BranchTarget? target in _targets)
        {
            if (QOf(target) > q)
                (q, size) = (QOf(target), 0);
            if (QOf(target) == q)
                size++;
        }

        if (TryDivide(size, out int granted, out int share, out int rest))
            StartTargets(q, granted, share, rest);
        _isStarting = outer;
        Advance();
    }

    /// <summary>Takes the targets of this q out of the list and starts as many as were granted.</summary>
    private void StartTargets(int q, int granted, int share, int rest)
    {
        int kept = 0;
        List<BranchTarget?> group = _group;
        for (int i = 0; i < _targets.Count; i++)
        {
            BranchTarget? target = _targets[i];
            if (QOf(target) != q)
                _targets[kept++] = target;
            else if (group.Count < granted)
                group.Add(target);
        }

        _targets.RemoveRange(kept, _targets.Count - kept);
        for (int i = 0; i < group.Count && !IsAnswered; i++)
            StartBranch(group[i], share + (i < rest ? 1 : 0));
        group.Clear();
    }

    private static int QOf(BranchTarget? target) => target is null ? 1000 : target.Q;

    private void StartBranch(BranchTarget? target, int breadth)
    {
        SipBranch branch = Core.Branches.Rent();
        branch.Begin(context, _branches.Count, target, target is null ? context.RequestUriText : target.Uri.Bytes);
        branch.Breadth = breadth;
        _branches.Add(branch);
        _pending++;
        branch.From = context.ListenerFor(target);
        branch.Kept = context.TransportFor(target);
        if (target?.Flow is { } flow || context.TryGetDestinationFlow(out flow))
        {
            branch.HasOtherWay = target is { Flow: not null, ReopensFlow: true };
            if (branch.HasOtherWay)
                (branch.From, branch.Kept) = (flow.Listener, flow.Listener.Protocol);
            Send(branch, flow, mayGrow: false);
            return;
        }

        if (target is null && context.TryGetLegFlow(out flow))
        {
            branch.HasOtherWay = true;
            Send(branch, flow, mayGrow: false);
            return;
        }

        FindWay(branch);
    }

    /// <summary>RFC 3261 16.6 step 7: over the kept transport first, where there is one.</summary>
    private void FindWay(SipBranch branch)
    {
        ReadOnlySpan<byte> hop = context.DestinationUri is { } destination
            ? destination.Bytes
            : context.NextHop(branch.RequestUri, branch.Target is null ? [] : branch.Target.Path);
        bool isRead = SipUriView.TryParse(hop, out SipUriView view);
        SipProtocol? kept = isRead && branch.Kept is { } known ? KeptTransport.For(view, known) : null;
        branch.Kept = null;
        branch.HasOtherWay = kept is { } first && !first.IsSecure();
        if (kept is { } protocol)
        {
            if (KeptTransport.TryPlace(view, protocol, out SipTarget there))
            {
                if (!TrySend(branch, there))
                    NoWay(branch, hop);
                return;
            }

            if (KeptTransport.ToLocate(view, protocol) is { } over)
                Locate(branch, over);
            else
                NoWay(branch, hop);
            return;
        }

        if (isRead && Core.Locator.TryLocateLiteral(view, out SipTarget place))
        {
            if (!TrySend(branch, place))
                NoWay(branch, hop);
            return;
        }

        if (!SipUri.TryParse(hop, out SipUri? uri))
        {
            NoWay(branch, hop);
            return;
        }

        Locate(branch, uri);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A locator that throws has found nothing.")]
    private void Locate(SipBranch branch, SipUri uri)
    {
        try
        {
            ValueTask<bool> task = Core.LocateAsync(uri, branch.Alternatives, context.Source.Remote);
            if (!task.IsCompleted)
            {
                branch.IsResolving = true;
                _lookups++;
                _ = AwaitLocation(branch, task);
                return;
            }

            if (task.GetAwaiter().GetResult() && TryNext(branch))
                return;
        }
        catch (Exception error)
        {
            Caught("locator", error);
        }

        NoWay(branch, uri.Bytes);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A locator that throws has found nothing.")]
    private async Task AwaitLocation(SipBranch branch, ValueTask<bool> task)
    {
        bool found = false;
        try
        {
            found = await task.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Nothing found; the branch says so.
        }

        context.Strand.Post(LocatedWork, this, branch, found ? 1 : 0);
        Core.Transport.Flush();
    }

    private void Located(SipBranch branch, bool found)
    {
        Enter();
        _lookups--;
        branch.IsResolving = false;
        if (!branch.IsFinal && (IsAnswered || branch.IsCancelled))
            Fail(branch, 487);
        if (!branch.IsFinal && !(found && TryNext(branch)))
            NoWay(branch, branch.RequestUri);
        GroupHasLeft();
        Leave();
    }

    private void GroupHasLeft()
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

    /// <summary>The connection is closed, or the transport that was kept is refused: the way that the URI alone tells. False: there is none, or nobody waits for it.</summary>
    private bool TryOtherWay(SipBranch branch)
    {
        if (!branch.HasOtherWay || branch.IsCancelled || IsCancelled || IsAnswered || _isDeclined || context.RequestOrNull is null)
            return false;
        branch.HasOtherWay = false;
        branch.LastStatus = 0;
        branch.HasDatagram = false;
        branch.Place = default;
        branch.Alternatives.Clear();
        branch.AlternativesTried = 0;
        if (branch.Transaction is { } former)
        {
            // A lookup may take a while, and the former way's end is not the branch's.
            branch.Transaction = null;
            if (!IsInvite)
            {
                LetGo(former);
                _transactions--;
            }
        }

        FindWay(branch);
        return true;
    }

    /// <summary>RFC 3263 4.3: the next place of the list that can be sent to.</summary>
    private bool TryNext(SipBranch branch)
    {
        while (branch.AlternativesTried < branch.Alternatives.Count)
        {
            if (TrySend(branch, branch.Alternatives[branch.AlternativesTried++]))
                return true;
        }

        return false;
    }

    private bool TrySend(SipBranch branch, SipTarget place)
    {
        SipListener? listener = Core.Transport.SelectListener(place.Protocol, place.EndPoint, branch.From, context.Source.Listener);
        if (listener is null)
            return false;
        branch.Place = place;
        Send(branch, new SipFlow(listener, place.EndPoint) { ServerName = place.HostName }, mayGrow: true);
        return true;
    }

    /// <summary>RFC 3261 16.6 steps 8 to 11. A failure known at once comes back as OnTransportError later.</summary>
    private void Send(SipBranch branch, in SipFlow way, bool mayGrow)
    {
        SipFlow flow = way;
        if (branch.Transaction is { } former && !IsInvite)
        {
            // The place that failed. (Of an INVITE a 2xx might still come from there.)
            LetGo(former);
            _transactions--;
        }

        ClientTransaction transaction = Core.Transactions.CreateClient(context.Strand, context.Method, this, branch);
        branch.Transaction = transaction;
        branch.Flow = flow;
        _transactions++;
        RelayScratch scratch = RelayScratch.Rent();
        ReadOnlySpan<byte> bytes = BranchWriter.Write(scratch, context, branch, branch.Target, flow, transaction.Branch);
        if (
            mayGrow
            && !bytes.IsEmpty
            && DatagramLimit.TrySwitchToStream(Core.Transport, flow, bytes.Length, Core.Options.MaxDatagramRequest, out SipFlow stream)
        )
        {
            branch.Datagram = flow;
            branch.HasDatagram = true;
            flow = stream;
            branch.Flow = flow;
            bytes = BranchWriter.Write(scratch, context, branch, branch.Target, flow, transaction.Branch);
        }

        if (bytes.IsEmpty || IsAnswered)
        {
            branch.Transaction = null;
            transaction.Abandon();
            Fail(branch, 500);
        }
        else
        {
            Core.Counters.Count(ProxyCounter.BranchesSent);
            _hasLeft = true;
            if (flow.Listener.IsReliable)
                transaction.Cause = context.Source.Remote;
            transaction.Start(bytes, flow);
            if (IsInvite)
                StartTimerC(branch);
        }

        scratch.Return();
    }

    private void NoWay(SipBranch branch, ReadOnlySpan<byte> hop)
    {
        if (TryOtherWay(branch))
            return;
        if (Core.Logger.IsEnabled(Microsoft.Extensions.Logging.LogLevel.Debug))
            ProxyLog.NoWay(Core.Logger, context.MethodText, context.CallIdText, Encoding.UTF8.GetString(hop));
        Core.Counters.Count(ProxyCounter.BranchErrors);
        Fail(branch, 503); // 16.9: as if 503 had been received
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the request goes on.")]
    private void TellRelaying()
    {
        foreach (RelayObserver observer in context.Observers)
        {
            try
            {
                observer.OnRelaying(context);
            }
            catch (Exception error)
            {
                Caught("relay observer", error);
            }
        }
    }
}
