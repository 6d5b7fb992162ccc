using System.Diagnostics.CodeAnalysis;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>What happens to one local request: its transaction, the places to try, its deadline. Runs inside a strand of its own.</summary>
internal sealed class LocalExchange(LocalRequests owner, LocalRequest request) : IClientTransactionUser, ITimerTarget
{
    private static readonly StrandWork DeadlineWork = static (target, _, version) => ((LocalExchange)target!).OnDeadline(version);
    private static readonly StrandWork LocatedWork = static (target, _, found) => ((LocalExchange)target!).Located(found != 0);

    private readonly Strand _strand = new(owner.Core.Logger);
    private long _version;
    private int _transactions;
    private bool _isLocating;

    private ProxyCore Core => owner.Core;

    /// <summary>Sends over this flow. False: nothing was started.</summary>
    public bool Start(in SipFlow flow)
    {
        _version++;
        EnterStrand();
        Send(flow);
        _strand.Leave();
        return true;
    }

    /// <summary>Finds the way by RFC 3263. False: nothing was found at once.</summary>
    public bool Start(ReadOnlySpan<byte> hop)
    {
        _version++;
        if (!owner.TryPlaces(request, hop, out SipUri? uri))
        {
            if (uri is null)
                return false;
            ValueTask<bool> task = Core.LocateAsync(uri, request.Places);
            if (!task.IsCompleted)
            {
                _isLocating = true;
                ArmDeadline();
                _ = AwaitLocation(task);
                return true;
            }

            if (!task.GetAwaiter().GetResult())
                return false;
        }

        EnterStrand();
        bool sent = TryNext();
        _strand.Leave();
        return sent;
    }

    void ITimerTarget.OnTimer(int kind, long version)
    {
        if (Volatile.Read(ref _version) == version)
            _strand.Run(DeadlineWork, this, null, version);
    }

    void IClientTransactionUser.OnResponse(ClientTransaction transaction, SipMessage response)
    {
        int status = response.StatusCode;
        if (transaction != request.Transaction)
            return;
        if (request.IsOver && (status is < 200 or >= 300 || request.Method != SipMethod.Invite))
            return;
        if (status == 503)
        {
            ReportFailure();
            if (TryNext())
                return;
        }

        if (status >= 200)
            request.IsOver = true;
        Inform(response);
    }

    void IClientTransactionUser.OnTimeout(ClientTransaction transaction)
    {
        if (transaction == request.Transaction)
            Fail(408);
    }

    void IClientTransactionUser.OnTransportError(ClientTransaction transaction)
    {
        if (transaction != request.Transaction || request.IsOver)
            return;
        ReportFailure();
        // An element that has sent a provisional response is working on it: no second one is asked.
        if (transaction.State == ClientTransactionState.Proceeding || !TryNext())
            Fail(503);
    }

    void IClientTransactionUser.OnTerminated(ClientTransaction transaction)
    {
        if (request.Transaction == transaction)
            request.Transaction = null;
        _transactions--;
        EndIfOver();
    }

    private void Send(in SipFlow flow)
    {
        ClientTransaction transaction = Core.Transactions.CreateClient(_strand, request.Method, this, request);
        _transactions++;
        if (request.Transaction is { } former)
        {
            request.Transaction = null;
            former.Abandon();
        }

        request.Transaction = transaction;
        request.Flow = flow;
        RelayScratch scratch = RelayScratch.Rent();
        ReadOnlySpan<byte> bytes = owner.Write(scratch, request, flow, transaction.Branch);
        Core.Counters.Count(ProxyCounter.LocalRequests);
        ArmDeadline();
        transaction.Start(bytes, flow);
        scratch.Return();
    }

    private bool TryNext()
    {
        while (request.PlacesTried < request.Places.Count)
        {
            SipTarget place = request.Places[request.PlacesTried++];
            SipListener? listener = Core.Transport.SelectListener(place.Protocol, place.EndPoint, request.From);
            if (listener is null)
                continue;
            Send(new SipFlow(listener, place.EndPoint) { ServerName = place.HostName });
            return true;
        }

        return false;
    }

    private void ArmDeadline()
    {
        if (request.Timeout is not { } timeout)
            return;
        request.Timeout = null; // once, for all places
        Core.Timers.Arm(this, 0, _version, timeout);
    }

    private void OnDeadline(long version)
    {
        if (version != _version || request.IsOver)
            return;
        ClientTransaction? transaction = request.Transaction;
        // 9.1: an INVITE that rings is cancelled; what is silent is given up.
        if (transaction is { Method: SipMethod.Invite, State: ClientTransactionState.Proceeding })
            transaction.Cancel();
        else
            transaction?.Abandon();
        Fail(408);
        Core.Transport.Flush();
    }

    [SuppressMessage("Design", "CA1031", Justification = "A locator that throws has found nothing.")]
    private async Task AwaitLocation(ValueTask<bool> task)
    {
        bool found = false;
        try
        {
            found = await task.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Nothing found; the user gets 503.
        }

        _strand.Post(LocatedWork, this, null, found ? 1 : 0);
        Core.Transport.Flush();
    }

    private void Located(bool found)
    {
        _isLocating = false;
        if (!request.IsOver && !(found && TryNext()))
            Fail(503);
        EndIfOver();
        Core.Transport.Flush();
    }

    private void ReportFailure()
    {
        if (request.PlacesTried > 0)
            Core.Locator.ReportFailure(request.Places[request.PlacesTried - 1]);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code.")]
    private void Inform(SipMessage response)
    {
        try
        {
            request.User?.OnResponse(request, response);
        }
        catch (Exception error)
        {
            ProxyLog.LocalUserFailed(Core.Logger, error);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code.")]
    private void Fail(int status)
    {
        if (request.IsOver)
            return;
        request.IsOver = true;
        try
        {
            request.User?.OnFailed(request, status);
        }
        catch (Exception error)
        {
            ProxyLog.LocalUserFailed(Core.Logger, error);
        }
    }

    private void EndIfOver()
    {
        if (_transactions > 0 || _isLocating)
            return;
        if (!request.IsOver)
            Fail(503);
        Volatile.Write(ref _version, _version + 1);
        owner.Return(request);
    }

    // A request just taken from the pool: the strand may still be held briefly by work of its previous use.
    private void EnterStrand()
    {
        var wait = new SpinWait();
        while (!_strand.TryEnter())
            wait.SpinOnce();
    }
}
