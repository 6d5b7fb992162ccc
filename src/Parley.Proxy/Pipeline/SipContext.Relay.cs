using System.Runtime.CompilerServices;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

// Where to forward, and the hooks on it. The work is done by ResponseContext.
public sealed partial class SipContext
{
    private static readonly StrandWork CancelWork = static (target, argument, version) =>
        ((SipContext)target!).CancelPosted((byte[])argument!, version);

    private static readonly Func<RelayFailure, bool> ServerFault = static failure => failure.IsServerFault;

    private const int MostSerialTargets = 1000;

    private List<SipBranchHandler>? _branchHooks;
    private List<SipRequestHandler>? _failureHooks;

    // Boxes of the pooled context, made when it needs one first: most requests need neither, and many contexts wait for their timers.
    private StrongBox<SipFlow>? _destinationFlow;
    private StrongBox<SipFlow>? _legFlow;
    private bool _hasDestinationFlow;

    /// <summary>Adds a target to forward to.</summary>
    /// <param name="uri">Becomes the request-URI of the branch.</param>
    /// <param name="q">Thousandths, 0 to 1000; higher ones are tried first, equal ones at once.</param>
    public void AddTarget(SipUri uri, int q = 1000)
    {
        ArgumentNullException.ThrowIfNull(uri);
        AddTarget(Core.Targets.Of(uri, q));
    }

    /// <summary>Adds a target to forward to, with Path or a flow of its own.</summary>
    /// <param name="target">The target.</param>
    public void AddTarget(BranchTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Relay.AddTarget(target);
    }

    /// <summary>Forwards to the targets (none added: the request-URI), parallel within one q, serial from high q to low (RFC 3261 16.6).</summary>
    /// <remarks>May be called again from a failure hook with new targets. Without a transaction (an ACK of a 2xx) it relays statelessly.</remarks>
    /// <param name="options">Times and a rule for the next targets of this request's own; null: <see cref="ProxyOptions.Relay"/>.</param>
    /// <returns>Completes when the first group has left; false when nothing could be sent and a failure was answered (<see cref="Failure"/> says why).</returns>
    public ValueTask<bool> RelayAsync(RelayOptions? options = null)
    {
        options ??= Core.Options.Relay;
        return RelayBy(options, options.TryNext);
    }

    /// <summary>
    /// Forwards to one target after the other, in this order, until one takes the request: the next one is tried when the fault lies with the server or the way to it
    /// (<see cref="RelayFailure.IsServerFault"/>: nothing found, nothing answered, 5xx), or as <see cref="RelayOptions.TryNext"/> says. What the callee answers
    /// (busy, declined, not found) goes to the caller at once. When all have failed the best response does (RFC 3261 16.7 step 6).
    /// </summary>
    /// <remarks>A dead target costs 64*T1 (32 s) unless <see cref="RelayOptions.FirstResponseTimeout"/> is shorter. Targets added before are tried too, by their q.</remarks>
    /// <param name="targets">Each becomes the request-URI of its branch; 1 to 1000, of which <see cref="ProxyOptions.MaxBranches"/> are tried at most.</param>
    /// <param name="options">The options; null: <see cref="ProxyOptions.Relay"/>.</param>
    /// <returns>Completes when the first branch has left; false when nothing could be sent and a failure was answered (<see cref="Failure"/> says why).</returns>
    /// <exception cref="ArgumentException">No targets, more than 1000, or one is null.</exception>
    public ValueTask<bool> FailoverAsync(IReadOnlyList<SipUri> targets, RelayOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.Count is 0 or > MostSerialTargets)
            throw new ArgumentException("One target at least, 1000 at most.", nameof(targets));
        for (int i = 0; i < targets.Count; i++)
        {
            if (targets[i] is null)
                throw new ArgumentException("A target is null.", nameof(targets));
        }

        for (int i = 0; i < targets.Count; i++)
            AddTarget(targets[i], MostSerialTargets - i);
        options ??= Core.Options.Relay;
        return RelayBy(options, options.TryNext ?? ServerFault);
    }

    private ValueTask<bool> RelayBy(RelayOptions options, Func<RelayFailure, bool>? tryNext)
    {
        if (IsStateless)
            return RelayStatelessAsync();
        return Strand.IsOwned ? Relay.Forward(options, tryNext) : Relay.ForwardFromOutside(options, tryNext);
    }

    /// <summary>Forwards one copy without transactions (RFC 3261 16.11), to the first target or the request-URI.</summary>
    /// <remarks>Meant for requests that have no transaction (<see cref="ProxyOptions.Stateless"/>, ACK); others are relayed with one.</remarks>
    /// <returns>False when it could not be sent.</returns>
    public ValueTask<bool> RelayStatelessAsync() => IsStateless ? Relay.ForwardStateless() : RelayAsync();

    /// <summary>Send there instead of where Route or request-URI say.</summary>
    /// <param name="uri">RFC 3263 is applied to it; the message does not change.</param>
    public void SetDestination(SipUri uri) => SetDestination(uri, null);

    /// <summary>Send there instead of where Route or request-URI say, from this listener.</summary>
    /// <param name="uri">RFC 3263 is applied to it; the message does not change.</param>
    /// <param name="from">The listener to send from, where it reaches the place that is found; its transport is used where the URI names none. Null: as the
    /// dialog's Record-Route says, else as the system routes.</param>
    public void SetDestination(SipUri uri, SipListener? from)
    {
        ArgumentNullException.ThrowIfNull(uri);
        DestinationUri = uri;
        DestinationFrom = from;
        _hasDestinationFlow = false;
    }

    /// <summary>Send over this flow, whatever Route or request-URI say.</summary>
    /// <param name="flow">Listener, far end and connection.</param>
    /// <exception cref="ArgumentException">The flow has no listener.</exception>
    public void SetDestination(in SipFlow flow)
    {
        if (flow.Listener is null)
            throw new ArgumentException("A flow has a listener.", nameof(flow));
        (_destinationFlow ??= new StrongBox<SipFlow>()).Value = flow;
        _hasDestinationFlow = true;
        DestinationUri = null;
        DestinationFrom = null;
    }

    /// <summary>
    /// The way that the next hop of this request's dialog is known by. Its connection is used as long as it is open; then, and for datagrams, Route and
    /// request-URI say where to send, by the listener that our Record-Route named, else by the flow's. Targets added and <see cref="SetDestination(SipUri)"/> go before it.
    /// </summary>
    /// <remarks>The dialog module sets it for requests that it has matched. A flow that is not secure is not used where our Record-Route named TLS.</remarks>
    /// <param name="flow">Listener, and far end and connection where these are known.</param>
    /// <exception cref="ArgumentException">The flow has no listener.</exception>
    public void PreferFlow(in SipFlow flow)
    {
        if (flow.Listener is null)
            throw new ArgumentException("A flow has a listener.", nameof(flow));
        // Of datagrams only the listener counts, where no Route of ours names it.
        if (flow.Listener.IsReliable || RouteListener is null)
            (_legFlow ??= new StrongBox<SipFlow>()).Value = flow;
    }

    /// <summary>Takes back <see cref="SetDestination(SipUri)"/>: Route and request-URI say where to send.</summary>
    public void ClearDestination()
    {
        if (_hasDestinationFlow)
            _destinationFlow!.Value = default;
        _hasDestinationFlow = false;
        DestinationUri = null;
        DestinationFrom = null;
    }

    /// <summary>
    /// For an observer, in <see cref="RelayObserver.OnReplyForwarding"/>: the final response of a branch is not sent before <see cref="ReplyHold.Release"/>, or
    /// before the time is over. Everything else about it is done: the request counts as answered, other branches are cancelled, a CANCEL comes too
    /// late, the callee's repetitions of a 2xx are absorbed. <see cref="RelayObserver.OnReplyForwarded"/> comes when it leaves.
    /// </summary>
    /// <param name="longest">How long at most, above zero.</param>
    /// <returns>The hold, to be released exactly once; null when the response cannot wait: a provisional one, one of the proxy's own, one of a stateless
    /// request, or one that another observer holds.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public ReplyHold? HoldReply(TimeSpan longest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(longest, TimeSpan.Zero);
        return Relay.HoldReply(longest);
    }

    /// <summary>CANCELs every pending branch and drops targets not yet tried; may be called from any thread.</summary>
    /// <param name="headerLines">Further header lines of the CANCEL (a Reason), each ended by CRLF.</param>
    public void CancelBranches(ReadOnlySpan<byte> headerLines = default)
    {
        if (Strand.IsOwned)
        {
            Relay.CancelPending(headerLines);
            return;
        }

        Strand.Post(CancelWork, this, headerLines.ToArray(), Relay.Version);
        Core.Transport.Flush();
    }

    /// <summary>Timer C of this request's branches: how long each may ring. Starts as <see cref="ProxyOptions.TimerC"/>.</summary>
    public TimeSpan TimerC { get; set; }

    /// <summary>Sees each copy before it is written; runs after the application's.</summary>
    /// <param name="handler">The hook.</param>
    public void OnBranch(SipBranchHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        (_branchHooks ??= []).Add(handler);
    }

    /// <summary>Runs when all branches failed, before the best response leaves; may add targets and relay again, or reply otherwise.</summary>
    /// <param name="handler">The hook.</param>
    public void OnFailure(SipRequestHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        (_failureHooks ??= []).Add(handler);
    }

    /// <summary>
    /// Why the request failed: the best response of the branches (RFC 3261 16.7 step 6) as received, or what came in place of one. From the failure hooks until the request is
    /// over, also in <see cref="RelayObserver.OnReplyForwarding"/> and later; default before, and after a 2xx. Where nothing was relayed, the failure that the proxy itself answered.
    /// </summary>
    public RelayFailure Failure => Relay.Failure;

    /// <summary>The status of <see cref="Failure"/> as received: 503 where 500 goes upstream. 0: nothing failed.</summary>
    public int FailureStatus => Relay.Failure.StatusCode;

    /// <summary>In a failure hook: the response chosen; null when none came (<see cref="Failure"/> has the reason) or outside such a hook.</summary>
    public SipMessage? FailureReply => Relay.FailureReply;

    /// <summary>The branches so far, in the order they were made.</summary>
    public IReadOnlyList<SipBranch> Branches => Relay.Branches;

    internal SipUri? DestinationUri { get; private set; }

    internal SipListener? DestinationFrom { get; private set; }

    internal List<SipBranchHandler>? BranchHooks => _branchHooks;

    internal List<SipRequestHandler>? FailureHooks => _failureHooks;

    internal bool TryGetDestinationFlow(out SipFlow flow)
    {
        flow = _hasDestinationFlow ? _destinationFlow!.Value : default;
        return _hasDestinationFlow;
    }

    /// <summary>The open connection of the dialog's next hop, unless it would be less secure than what our Record-Route named.</summary>
    internal bool TryGetLegFlow(out SipFlow flow)
    {
        flow = _legFlow is { } box ? box.Value : default;
        return DestinationUri is null
            && flow.Listener is { IsReliable: true } listener
            && flow.ConnectionId != 0
            && (listener.Protocol.IsSecure() || RouteProtocol is not { } named || !named.IsSecure());
    }

    /// <summary>The listener that a copy leaves by where it reaches the next hop; null: as the system routes.</summary>
    internal SipListener? ListenerFor(BranchTarget? target) => target?.From ?? DestinationFrom ?? RouteListener ?? _legFlow?.Value.Listener;

    /// <summary>The transport that a copy keeps where the next hop's URI names none (<see cref="KeptTransport"/>); null: none is known.</summary>
    internal SipProtocol? TransportFor(BranchTarget? target)
    {
        if ((target?.From ?? DestinationFrom) is { } from)
            return from.Protocol;
        if (target is not null || DestinationUri is not null)
            return null;
        return RouteProtocol ?? _legFlow?.Value.Listener?.Protocol;
    }

    private void CancelPosted(byte[] headerLines, long version)
    {
        if (version == Relay.Version)
            Relay.CancelPending(headerLines);
    }

    private void ResetRelay()
    {
        _branchHooks?.Clear();
        _failureHooks?.Clear();
        if (_legFlow is { Value.Listener: not null } leg)
            leg.Value = default;
        ClearDestination();
    }
}
