namespace Parley.Transactions;

/// <summary>RFC 3261 17.2.1 with RFC 6026 7.1 (figure 5): the server side of an INVITE.</summary>
internal sealed class InviteServerTransaction(ServerTransactions servers, uint index)
    : ServerTransaction(servers, index, TransactionKind.InviteServer)
{
    public override void SendTrying()
    {
        if (State == ServerTransactionState.Proceeding && LastStatusCode == 0)
            Reply(100);
    }

    /// <summary>Without a response of the user, 100 follows at once or after the delay (17.2.1).</summary>
    internal override void AfterRequest()
    {
        if (State != ServerTransactionState.Proceeding || LastStatusCode != 0)
            return;
        if (Timers.TryingDelay == 0)
        {
            SendTrying();
            return;
        }

        RetransmitAt = Now + Timers.TryingDelay;
        Schedule();
    }

    private protected override void Step(ServerEvent what, ReadOnlySpan<byte> response, int statusCode)
    {
        switch (State)
        {
            case ServerTransactionState.Proceeding:
                InProceeding(what, response, statusCode);
                break;
            case ServerTransactionState.Completed:
                InCompleted(what);
                break;
            case ServerTransactionState.Confirmed:
                InConfirmed(what);
                break;
            case ServerTransactionState.Accepted:
                InAccepted(what, response);
                break;
        }
    }

    private void InProceeding(ServerEvent what, ReadOnlySpan<byte> response, int statusCode)
    {
        switch (what)
        {
            // 17.2.1: "If a request retransmission is received while in the Proceeding state, the most recent provisional response ... MUST be
            // passed to the transport layer for retransmission."
            case ServerEvent.Request:
                Context.Count(TransactionCounter.RequestsAbsorbed);
                TransmitKept();
                break;
            case ServerEvent.Provisional:
                LastStatusCode = statusCode;
                Context.Statistics.CountSent(Method, statusCode);
                RetransmitAt = Never;
                KeepResponse(response);
                Transmit(response);
                break;
            // RFC 6026 7.1: a 2xx moves to Accepted and starts timer L, on every transport. The user repeats the 2xx, not the machine.
            case ServerEvent.Success:
                LastStatusCode = statusCode;
                CountFinal(response, statusCode);
                State = ServerTransactionState.Accepted;
                StopTimers();
                ExpireAt = Now + Timers.L;
                Transmit(response);
                DropKept();
                LetRequestGo();
                break;
            // 17.2.1: 300 to 699 moves to Completed; G repeats the response where the transport is unreliable, H waits for the ACK.
            case ServerEvent.Failure:
                LastStatusCode = statusCode;
                CountFinal(response, statusCode);
                State = ServerTransactionState.Completed;
                StopTimers();
                ExpireAt = Now + Timers.H;
                if (!IsReliable)
                    RepeatAfter(Timers.G);
                KeepResponse(response);
                Transmit(response);
                LetRequestGo();
                break;
            // 17.2.1: "MUST generate a 100 (Trying) response unless it knows that the TU will generate a provisional or final response within 200 ms"
            case ServerEvent.RetransmitTimer:
                RetransmitAt = Never;
                SendTrying();
                break;
            case ServerEvent.TransportError:
                InformTransportError();
                break;
        }
    }

    private void InCompleted(ServerEvent what)
    {
        switch (what)
        {
            // 17.2.1: "... while in the Completed state, if a request retransmission is received, the server SHOULD pass the response to the transport"
            case ServerEvent.Request:
                Context.Count(TransactionCounter.RequestsAbsorbed);
                TransmitKept();
                break;
            // 17.2.1: timer G doubles up to T2.
            case ServerEvent.RetransmitTimer:
                RepeatAfter(Math.Min(Interval * 2, Timers.T2));
                TransmitKept();
                break;
            // 17.2.1: "If an ACK is received ..., the server transaction MUST transition to the Confirmed state"; I is zero over streams.
            case ServerEvent.Ack:
                StopTimers();
                DropKept();
                if (IsReliable)
                {
                    Terminate();
                    break;
                }

                State = ServerTransactionState.Confirmed;
                ExpireAt = Now + Timers.I;
                break;
            // 17.2.1: timer H: "it MUST transition to the Terminated state, and MUST indicate to the TU that a transaction failure has occurred"
            case ServerEvent.ExpireTimer:
                InformTimeout();
                Terminate();
                break;
            // RFC 6026 8.8: inform the user, remain in the state.
            case ServerEvent.TransportError:
                InformTransportError();
                break;
        }
    }

    private void InConfirmed(ServerEvent what)
    {
        switch (what)
        {
            // 17.2.1: Confirmed is there to absorb further ACKs.
            case ServerEvent.Request:
                Context.Count(TransactionCounter.RequestsAbsorbed);
                break;
            case ServerEvent.ExpireTimer:
                Terminate();
                break;
        }
    }

    private void InAccepted(ServerEvent what, ReadOnlySpan<byte> response)
    {
        switch (what)
        {
            // RFC 6026 7.1: "any retransmissions of the INVITE ... will match this transaction ... and will not be passed to the TU", nor answered.
            case ServerEvent.Request:
                Context.Count(TransactionCounter.RequestsAbsorbed);
                break;
            // RFC 6026 7.1: 2xx responses from the user are passed on; all else is dropped.
            case ServerEvent.Success:
                Transmit(response);
                break;
            case ServerEvent.ExpireTimer:
                Terminate();
                break;
            case ServerEvent.TransportError:
                InformTransportError();
                break;
        }
    }

    private protected override void Recycle() => Servers.Return(this);
}
