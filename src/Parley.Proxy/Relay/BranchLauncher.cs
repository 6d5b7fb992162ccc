using System.Diagnostics.CodeAnalysis;
using System.Text;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>The layer of the relay that brings a branch on its way (RFC 3261 16.6 steps 7 to 11): its next hop, the addresses of that, and the copy in a client transaction.</summary>
internal abstract class BranchLauncher(SipContext context) : RequestRelay
{
    private static readonly StrandWork LocatedWork = static (target, argument, found) =>
        ((BranchLauncher)target!).Located((SipBranch)argument!, found != 0);

    private protected SipContext Context => context;

    private protected ProxyCore Core => context.Core;

    private protected bool IsInvite => context.Method == SipMethod.Invite;

    /// <summary>Whether a branch may still be sent to another address.</summary>
    private protected bool MayGoElsewhere(SipBranch branch) =>
        !branch.IsCancelled && !IsCancelled && !IsAnswered && Phase < RelayPhase.Declined && context.RequestOrNull is not null;

    private protected abstract ClientTransaction CreateTransaction(SipBranch branch);

    /// <summary>A copy of the branch has left.</summary>
    private protected abstract void Sent(SipBranch branch);

    /// <summary>Ends a branch that got no response.</summary>
    private protected abstract void Fail(SipBranch branch, int status, FailureReason reason);

    /// <summary>The look-up of a branch has ended, with or without success.</summary>
    private protected abstract void LookedUp();

    private protected void Launch(SipBranch branch)
    {
        BranchTarget? target = branch.Target;
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

    /// <summary>RFC 3263 4.3: to the next address of the same branch, unless the request is over or cancelled.</summary>
    private protected bool Failover(SipBranch branch)
    {
        if (!MayGoElsewhere(branch) || branch.AlternativesTried >= branch.Alternatives.Count)
            return false;
        SipEndPoint failed = branch.Flow.Remote;
        branch.LastStatus = 0;
        branch.HasDatagram = false;
        if (!TryNext(branch))
            return false;
        Core.Counters.Count(ProxyCounter.Failovers);
        Note(CallStep.Failover, failed, 0, 0);
        return true;
    }

    /// <summary>The connection is closed, or the transport that was kept is refused: the way that the URI alone gives. False: there is none, or the request is over or cancelled.</summary>
    private protected bool TryOtherWay(SipBranch branch)
    {
        if (!branch.HasOtherWay || !MayGoElsewhere(branch))
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
                Release(former);
        }

        FindWay(branch);
        return true;
    }

    /// <summary>18.1.1: the far end takes no TCP; then the large request goes by UDP after all.</summary>
    private protected void SendAsDatagram(SipBranch branch)
    {
        branch.HasDatagram = false;
        Send(branch, branch.Datagram, mayGrow: false);
    }

    /// <summary>Something happened to a branch that its messages do not show.</summary>
    private protected void Note(CallStep step, SipEndPoint place, long number, int further)
    {
        if (Core.Steps.Sink is { } && context.RequestOrNull is { } request)
            Core.Steps.Note(request.CallId, null, step, number, further, place == default ? null : place.ToString());
    }

    private protected void ReportFailure(SipBranch branch)
    {
        if (branch.Place != default)
            Core.Locator.ReportFailure(branch.Place);
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
                    Unroutable(branch, hop, FailureReason.Unreachable);
                return;
            }

            if (KeptTransport.ToLocate(view, protocol) is { } over)
                Locate(branch, over);
            else
                Unroutable(branch, hop, FailureReason.NameNotFound);
            return;
        }

        if (isRead && Core.Locator.TryLocateLiteral(view, out SipTarget place))
        {
            if (!TrySend(branch, place))
                Unroutable(branch, hop, FailureReason.Unreachable);
            return;
        }

        if (!SipUri.TryParse(hop, out SipUri? uri))
        {
            Unroutable(branch, hop, FailureReason.NameNotFound);
            return;
        }

        Locate(branch, uri);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A locator that throws has found nothing.")]
    private void Locate(SipBranch branch, SipUri uri)
    {
        bool found = false;
        try
        {
            ValueTask<bool> task = Core.LocateAsync(uri, branch.Alternatives, context.Source.Remote);
            if (!task.IsCompleted)
            {
                branch.IsResolving = true;
                Lifetime.LookupBegins();
                _ = AwaitLocation(branch, task);
                return;
            }

            found = task.GetAwaiter().GetResult();
            if (found && TryNext(branch))
                return;
        }
        catch (Exception error)
        {
            context.HookFailed("locator", error);
        }

        Unroutable(branch, uri.Bytes, found ? FailureReason.Unreachable : FailureReason.NameNotFound);
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
            // Nothing found; the branch fails with that reason.
        }

        context.Strand.Post(LocatedWork, this, branch, found ? 1 : 0);
        Core.Transport.Flush();
    }

    private void Located(SipBranch branch, bool found)
    {
        Enter();
        Lifetime.LookupEnds();
        branch.IsResolving = false;
        if (!branch.IsFinal && (IsAnswered || branch.IsCancelled))
            Fail(branch, 487, FailureReason.Cancelled);
        if (!branch.IsFinal && !(found && TryNext(branch)))
            Unroutable(branch, branch.RequestUri, found ? FailureReason.Unreachable : FailureReason.NameNotFound);
        LookedUp();
        Leave();
    }

    /// <summary>RFC 3263 4.3: the next address of the list that can be sent to.</summary>
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
            Release(former); // the address that failed; of an INVITE a 2xx might still come from there
        ClientTransaction transaction = CreateTransaction(branch);
        branch.Transaction = transaction;
        branch.Flow = flow;
        Lifetime.TransactionBegins();
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
            Fail(branch, 500, FailureReason.ServerError);
        }
        else
        {
            Core.Counters.Count(ProxyCounter.BranchesSent);
            if (Phase < RelayPhase.Sent)
                Phase = RelayPhase.Sent;
            if (flow.Listener.IsReliable)
                transaction.Cause = context.Source.Remote;
            transaction.Start(bytes, flow);
            Sent(branch);
        }

        scratch.Return();
    }

    private void Release(ClientTransaction transaction)
    {
        transaction.User = null;
        transaction.UserState = null;
        Lifetime.TransactionEnds();
    }

    private void Unroutable(SipBranch branch, ReadOnlySpan<byte> hop, FailureReason reason)
    {
        if (TryOtherWay(branch))
            return;
        if (Core.Logger.IsEnabled(Microsoft.Extensions.Logging.LogLevel.Debug))
            ProxyLog.Unroutable(Core.Logger, context.MethodText, context.CallIdText, Encoding.UTF8.GetString(hop));
        Core.Counters.Count(ProxyCounter.BranchErrors);
        Fail(branch, 503, reason); // 16.9: as if 503 had been received
    }
}
