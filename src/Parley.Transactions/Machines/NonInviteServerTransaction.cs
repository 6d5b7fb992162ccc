namespace Parley.Transactions;

/// <summary>RFC 3261 17.2.2 (figure 8): the server side of a request other than INVITE and ACK.</summary>
internal sealed class NonInviteServerTransaction(ServerTransactions servers, uint index)
    : ServerTransaction(servers, index, TransactionKind.NonInviteServer)
{
    /// <summary>
    /// RFC 4320 4.1: "An SIP element MUST respond to a non-INVITE request with a Status-Code of 100 if it has not otherwise responded after the
    /// amount of time it takes a client transaction's Timer E to be reset to T2", and over UDP not before it.
    /// </summary>
    internal override void AfterRequest()
    {
        if (State != ServerTransactionState.Trying)
            return;
        RetransmitAt = Now + Timers.EReachesT2;
        Schedule();
    }

    private protected override void Step(ServerEvent what, ReadOnlySpan<byte> response, int statusCode)
    {
        switch (State)
        {
            case ServerTransactionState.Trying:
                InTrying(what, response, statusCode);
                break;
            case ServerTransactionState.Proceeding:
                InProceeding(what, response, statusCode);
                break;
            case ServerTransactionState.Completed:
                InCompleted(what);
                break;
        }
    }

    private void InTrying(ServerEvent what, ReadOnlySpan<byte> response, int statusCode)
    {
        switch (what)
        {
            // 17.2.2: "Once in the Trying state, any further request retransmissions are discarded."
            case ServerEvent.Request:
                Context.Count(TransactionCounter.RequestsAbsorbed);
                break;
            case ServerEvent.Provisional:
                State = ServerTransactionState.Proceeding;
                RetransmitAt = Never;
                SendProvisional(response, statusCode);
                break;
            case ServerEvent.RetransmitTimer:
                RetransmitAt = Never;
                Reply(100);
                break;
            case ServerEvent.Success or ServerEvent.Failure:
                Complete(response, statusCode);
                break;
            case ServerEvent.TransportError:
                InformTransportError();
                break;
        }
    }

    private void InProceeding(ServerEvent what, ReadOnlySpan<byte> response, int statusCode)
    {
        switch (what)
        {
            // 17.2.2: "If a retransmission of the request is received while in the Proceeding state, the most recently sent provisional response
            // MUST be passed to the transport layer for retransmission."
            case ServerEvent.Request:
                Context.Count(TransactionCounter.RequestsAbsorbed);
                TransmitKept();
                break;
            case ServerEvent.Provisional:
                SendProvisional(response, statusCode);
                break;
            case ServerEvent.Success or ServerEvent.Failure:
                Complete(response, statusCode);
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
            // 17.2.2: "While in the Completed state, the server transaction MUST pass the final response to the transport layer for retransmission
            // whenever a retransmission of the request is received. Any other final responses passed by the TU ... MUST be discarded."
            case ServerEvent.Request:
                Context.Count(TransactionCounter.RequestsAbsorbed);
                TransmitKept();
                break;
            case ServerEvent.ExpireTimer:
                Terminate();
                break;
            case ServerEvent.TransportError:
                InformTransportError();
                break;
        }
    }

    private void SendProvisional(ReadOnlySpan<byte> response, int statusCode)
    {
        LastStatusCode = statusCode;
        Context.Statistics.CountSent(Method, statusCode);
        KeepResponse(response);
        Transmit(response);
    }

    /// <summary>17.2.2: timer J runs in Completed: 64*T1 over UDP, zero over streams.</summary>
    private void Complete(ReadOnlySpan<byte> response, int statusCode)
    {
        LastStatusCode = statusCode;
        CountFinal(response, statusCode);
        State = ServerTransactionState.Completed;
        RetransmitAt = Never;
        KeepResponse(response);
        Transmit(response);
        LetRequestGo();
        if (IsReliable)
            Terminate();
        else
            ExpireAt = Now + Timers.J;
    }

    private protected override void Recycle() => Servers.Return(this);
}
