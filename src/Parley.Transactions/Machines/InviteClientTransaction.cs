using Parley.Sip;

namespace Parley.Transactions;

/// <summary>RFC 3261 17.1.1 with RFC 6026 7.2 (figure 6): the client side of an INVITE.</summary>
internal sealed class InviteClientTransaction(ClientTransactions clients, uint index)
    : ClientTransaction(clients, index, TransactionKind.InviteClient)
{
    private bool _cancelWanted;
    private bool _cancelSent;
    private byte[]? _cancelLines;
    private int _cancelLinesLength;
    private ClientTransaction? _cancel;
    private uint _cancelGeneration;

    public override void Cancel(ReadOnlySpan<byte> headerLines = default)
    {
        switch (State)
        {
            case ClientTransactionState.Idle:
                Abandon();
                break;
            // 9.1: "If no provisional response has been received, the CANCEL request MUST NOT be sent".
            case ClientTransactionState.Calling when !_cancelWanted:
                _cancelWanted = true;
                if (!headerLines.IsEmpty)
                {
                    _cancelLines = Context.Buffers.Rent(headerLines.Length);
                    headerLines.CopyTo(_cancelLines);
                    _cancelLinesLength = headerLines.Length;
                }

                break;
            case ClientTransactionState.Proceeding when !_cancelSent:
                SendCancel(headerLines);
                Schedule();
                break;
        }
    }

    public override void StopTrying()
    {
        Cancel();
        if (State == ClientTransactionState.Calling)
            StopRepeating();
    }

    internal override bool Receive(SipMessage response)
    {
        // 9.1: the CANCEL has our branch, so its response comes here.
        if (response.Method != SipMethod.Cancel)
            return base.Receive(response);
        return _cancel is { } cancel && cancel.IsGeneration(_cancelGeneration) && cancel.Receive(response);
    }

    private protected override void Begin()
    {
        _cancelWanted = _cancelSent = false;
        // 17.1.1.2: timer A where the transport is unreliable, timer B everywhere.
        State = ClientTransactionState.Calling;
        ExpireAt = Now + Timers.B;
        if (!IsReliable)
            RepeatAfter(Timers.A);
    }

    private protected override void Step(ClientEvent what, SipMessage? response)
    {
        switch (State)
        {
            case ClientTransactionState.Calling:
                InCalling(what, response);
                break;
            case ClientTransactionState.Proceeding:
                InProceeding(what, response);
                break;
            case ClientTransactionState.Completed:
                InCompleted(what, response);
                break;
            case ClientTransactionState.Accepted:
                InAccepted(what, response);
                break;
        }
    }

    private void InCalling(ClientEvent what, SipMessage? response)
    {
        switch (what)
        {
            // 17.1.1.2: "When timer A fires, the client transaction MUST retransmit the request ... and MUST reset the timer with a value of 2*T1".
            case ClientEvent.RetransmitTimer:
                RepeatAfter(Interval * 2);
                Context.Count(TransactionCounter.RequestsRetransmitted);
                TransmitHeld();
                break;
            // 17.1.1.2: "If the client transaction is still in the Calling state when timer B fires, the client transaction SHOULD inform the TU".
            case ClientEvent.ExpireTimer:
                TimeOut();
                break;
            // 17.1.1.2: a provisional response stops the retransmissions and moves to Proceeding. Timer C is the proxy's.
            case ClientEvent.Provisional:
                StopTimers();
                State = ClientTransactionState.Proceeding;
                if (_cancelWanted)
                {
                    SendCancel(_cancelLines.AsSpan(0, _cancelLines is null ? 0 : _cancelLinesLength));
                    DropCancelLines();
                }

                InformResponse(response!);
                break;
            case ClientEvent.Success:
                Accept(response!);
                break;
            case ClientEvent.Failure:
                Fail(response!);
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
            case ClientEvent.Provisional:
                InformResponse(response!);
                break;
            case ClientEvent.Success:
                Accept(response!);
                break;
            case ClientEvent.Failure:
                Fail(response!);
                break;
            // 9.1: "If there is no final response for the original request in 64*T1 seconds, the client SHOULD then consider the original
            // transaction cancelled and SHOULD destroy the client transaction".
            case ClientEvent.ExpireTimer:
                TimeOut();
                break;
            // The connection is gone: for the user it is a 503 (8.1.3.1). The far end still works on the request: the CANCEL goes over a new connection.
            case ClientEvent.TransportError:
                CancelElsewhere();
                BreakOff();
                break;
        }
    }

    private void InCompleted(ClientEvent what, SipMessage? response)
    {
        switch (what)
        {
            // 17.1.1.2: "Any retransmissions of the final response that are received while in the Completed state MUST cause the ACK to be
            // re-passed to the transport layer for retransmission, but the newly received response MUST NOT be passed up".
            case ClientEvent.Failure:
                Context.Count(TransactionCounter.ResponsesAbsorbed);
                TransmitHeld();
                break;
            // A fork downstream answered after the failure (16.7 step 5 lets it through); only the user can know what to do.
            case ClientEvent.Success:
                InformResponse(response!);
                break;
            case ClientEvent.ExpireTimer:
                Terminate();
                break;
            // 17.1.1.2: "inform the TU" when the ACK cannot be sent.
            case ClientEvent.TransportError:
                BreakOff();
                break;
        }
    }

    private void InAccepted(ClientEvent what, SipMessage? response)
    {
        switch (what)
        {
            // RFC 6026 7.2: "any 2xx ... MUST be passed to the TU", timer M does not start anew; all else is dropped.
            case ClientEvent.Success:
                InformResponse(response!);
                break;
            case ClientEvent.ExpireTimer:
                Terminate();
                break;
        }
    }

    /// <summary>RFC 6026 7.2: a 2xx moves to Accepted; timer M, on every transport. The ACK is the user's affair.</summary>
    private void Accept(SipMessage response)
    {
        StopTimers();
        State = ClientTransactionState.Accepted;
        ExpireAt = Now + Timers.M;
        DropHeld();
        DropCancelLines();
        InformResponse(response);
    }

    /// <summary>17.1.1.2: 300 to 699: acknowledge, pass up, wait for repetitions during timer D (zero over streams).</summary>
    private void Fail(SipMessage response)
    {
        StopTimers();
        State = ClientTransactionState.Completed;
        DropCancelLines();
        bool reliable = IsReliable;
        if (ParseHeld() is { } invite)
        {
            ReadOnlySpan<byte> ack = HopByHopRequest.Ack(Scratch.Mine.Writer, invite, response);
            Transmit(ack);
            if (reliable)
                DropHeld();
            else
                Hold(ack);
        }
        else
        {
            DropHeld();
        }

        ExpireAt = Now + Timers.D;
        InformResponse(response);
        if (reliable && !IsOver)
            Terminate();
    }

    private void SendCancel(ReadOnlySpan<byte> headerLines)
    {
        _cancelSent = true;
        ExpireAt = Now + Timers.SixtyFourT1;
        if (ParseHeld() is not { } invite)
            return;
        ReadOnlySpan<byte> bytes = HopByHopRequest.Cancel(Scratch.Mine.Writer, invite, headerLines);
        // 9.1: its own non-INVITE client transaction, to where the INVITE went.
        ClientTransaction cancel = Clients.Reserve(Strand, SipMethod.Cancel, null, null);
        _cancel = cancel;
        _cancelGeneration = cancel.Generation;
        cancel.Cause = Cause;
        cancel.Start(bytes, Flow);
    }

    /// <summary>A CANCEL without a transaction of its own (over a stream it needs no repetition), where a new connection may lead to the far end.</summary>
    private void CancelElsewhere()
    {
        if (_cancelSent || !IsReliable || Flow.ConnectionId != 0 || ParseHeld() is not { } invite)
            return;
        _cancelSent = true;
        Context.Transport.SendFor(Flow, HopByHopRequest.Cancel(Scratch.Mine.Writer, invite, default), 0, Cause, out _);
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

    private protected override void Recycle()
    {
        if (_cancel is { } cancel && cancel.IsGeneration(_cancelGeneration))
            cancel.Abandon();
        _cancel = null;
        DropCancelLines();
        Clients.Return(this);
    }

    private void DropCancelLines()
    {
        if (_cancelLines is null)
            return;
        Context.Buffers.Return(_cancelLines);
        _cancelLines = null;
    }
}
