using Parley.Sip;

namespace Parley.Transactions;

/// <summary>RFC 3261 17.1.2 (figure 6): the client side of a request other than INVITE and ACK.</summary>
internal sealed class NonInviteClientTransaction(ClientTransactions clients, uint index)
    : ClientTransaction(clients, index, TransactionKind.NonInviteClient)
{
    private protected override void Begin()
    {
        // 17.1.2.2: timer F everywhere, timer E where the transport is unreliable.
        State = ClientTransactionState.Trying;
        ExpireAt = Now + Timers.F;
        if (!IsReliable)
            RepeatAfter(Timers.E);
    }

    private protected override void Step(ClientEvent what, SipMessage? response)
    {
        switch (State)
        {
            case ClientTransactionState.Trying:
                InTrying(what, response);
                break;
            case ClientTransactionState.Proceeding:
                InProceeding(what, response);
                break;
            case ClientTransactionState.Completed:
                InCompleted(what);
                break;
        }
    }

    private void InTrying(ClientEvent what, SipMessage? response)
    {
        switch (what)
        {
            // 17.1.2.2: "the timer is reset, but this time with a value of MIN(2*T1, T2)", and so on.
            case ClientEvent.RetransmitTimer:
                Repeat(Math.Min(Interval * 2, Timers.T2));
                break;
            case ClientEvent.ExpireTimer:
                TimeOut();
                break;
            case ClientEvent.Provisional:
                State = ClientTransactionState.Proceeding;
                InformResponse(response!);
                break;
            case ClientEvent.Success or ClientEvent.Failure:
                Complete(response!);
                break;
            case ClientEvent.TransportError:
                BreakOff();
                break;
        }
    }

    private void InProceeding(ClientEvent what, SipMessage? response)
    {
        switch (what)
        {
            // 17.1.2.2: "If Timer E fires while in the Proceeding state, the request is passed to the transport layer for retransmission, and Timer
            // E is reset with a value of T2 seconds."
            case ClientEvent.RetransmitTimer:
                Repeat(Timers.T2);
                break;
            case ClientEvent.ExpireTimer:
                TimeOut();
                break;
            case ClientEvent.Provisional:
                InformResponse(response!);
                break;
            case ClientEvent.Success or ClientEvent.Failure:
                Complete(response!);
                break;
            case ClientEvent.TransportError:
                BreakOff();
                break;
        }
    }

    private void InCompleted(ClientEvent what)
    {
        switch (what)
        {
            // 17.1.2.2: "The Completed state exists to buffer any additional response retransmissions".
            case ClientEvent.Success or ClientEvent.Failure:
                Context.Count(TransactionCounter.ResponsesAbsorbed);
                break;
            case ClientEvent.ExpireTimer:
                Terminate();
                break;
        }
    }

    private void Repeat(long interval)
    {
        RepeatAfter(interval);
        Context.Count(TransactionCounter.RequestsRetransmitted);
        TransmitHeld();
    }

    /// <summary>17.1.2.2: timer K: T4 over UDP, zero over streams.</summary>
    private void Complete(SipMessage response)
    {
        StopTimers();
        State = ClientTransactionState.Completed;
        bool reliable = IsReliable;
        ExpireAt = Now + Timers.K;
        DropHeld();
        InformResponse(response);
        if (reliable && !IsOver)
            Terminate();
    }

    private void TimeOut()
    {
        InformTimeout();
        Abandon();
    }

    private void BreakOff()
    {
        InformTransportError();
        Abandon();
    }

    private protected override void Recycle() => Clients.Return(this);
}
