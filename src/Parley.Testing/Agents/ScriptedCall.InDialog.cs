using Parley.Sip;

namespace Parley.Testing;

/// <content>Requests within its dialogs, both ways.</content>
public sealed partial class ScriptedCall
{
    /// <summary>Sends a request in the call's dialog. A 2xx to an INVITE is acknowledged; 491 is tried again as RFC 3261 14.1 says; 481 ends the dialog.</summary>
    /// <param name="method">"UPDATE", "INFO", "OPTIONS", "REFER", "MESSAGE", "INVITE", ...; CANCEL and ACK are not sent this way.</param>
    /// <param name="alter">May alter it.</param>
    /// <param name="dialog">The dialog; the one that counts when null.</param>
    /// <exception cref="InvalidOperationException">There is no dialog yet.</exception>
    public SentRequest SendRequest(string method, Action<OutgoingMessage>? alter = null, ScriptedDialog? dialog = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        SentRequest? sent = null;
        Do(() => sent = SendIn(dialog ?? Dialog ?? throw new InvalidOperationException("The call has no dialog yet."), method, alter));
        return sent!;
    }

    /// <summary>Sends a re-INVITE.</summary>
    /// <param name="alter">May alter it.</param>
    public SentRequest ReInvite(Action<OutgoingMessage>? alter = null) => SendRequest("INVITE", alter);

    /// <summary>Asks the far side to call somebody else.</summary>
    /// <param name="uri">Whom.</param>
    public SentRequest Refer(string uri) => SendRequest("REFER", request => request.Add("Refer-To", $"<{uri}>"));

    internal void TakeRequest(ScriptedDialog dialog, AgentServerTransaction transaction)
    {
        ReceivedMessage request = transaction.Request;
        Note(false, request.Label);
        if (Agent.KeepsHistory)
            _requests.Add(request);
        var incoming = new IncomingRequest(Agent, transaction, this, dialog);
        if (dialog.IsEnded || (dialog.IsEnding && request.Method != "BYE"))
        {
            incoming.Respond(481);
            return;
        }
        if (dialog.RemoteCSeq != 0 && request.CSeq <= dialog.RemoteCSeq)
        {
            Agent.Report(AnomalyKind.OutOfOrder, CallId, $"{request.Method} {request.CSeq} after {dialog.RemoteCSeq}");
            incoming.Respond(500);
            return;
        }
        dialog.RemoteCSeq = request.CSeq;
        OnRequest?.Invoke(incoming);
        if (!incoming.IsAnswered && !incoming.IsHeld)
            Agent.OnRequest?.Invoke(incoming);
        if (!incoming.IsAnswered && !incoming.IsHeld)
            incoming.Respond(DefaultAnswer(dialog, request));
    }

    /// <summary>What an answer to a request in a dialog changes here.</summary>
    internal void AfterAnswer(ScriptedDialog dialog, AgentServerTransaction transaction)
    {
        ReceivedMessage request = transaction.Request;
        Note(true, $"{transaction.Status} {request.Method}");
        if (transaction.Status is < 200 or >= 300 || dialog.IsEnded)
            return;
        switch (request.Method)
        {
            case "BYE":
                if (_server is { HasFinal: false })
                    Respond(487, LocalTag, null);
                EndDialog(dialog, CallEnd.RemoteBye);
                break;
            case "INVITE":
                Refresh(dialog, request);
                Await(dialog, transaction, transaction.LastBytes);
                break;
            case "UPDATE":
                Refresh(dialog, request);
                break;
        }
    }

    private int DefaultAnswer(ScriptedDialog dialog, ReceivedMessage request)
    {
        switch (request.Method)
        {
            case "INVITE":
                return dialog.HasLocalInvite || dialog.Pending is not null || !dialog.IsConfirmed ? 491 : 200;
            case "PRACK":
                return TakePrack(dialog, request) ? 200 : 481;
            case "REFER":
                return 202;
            case "BYE" or "UPDATE" or "INFO" or "OPTIONS" or "MESSAGE" or "NOTIFY" or "SUBSCRIBE":
                return 200;
            default:
                return 501;
        }
    }

    private bool TakePrack(ScriptedDialog dialog, ReceivedMessage prack)
    {
        if (
            _provisional is null
            || dialog != _provisionalDialog
            || !prack.Message.TryGetRAck(out RAckView rack)
            || rack.RSeq != _rseq
            || rack.CSeq != Invite!.CSeq
        )
            return false;
        _provisional.Close();
        _provisional = null;
        // The answer to the PRACK goes first, then what waited for it.
        Agent.SoonInLock(() =>
        {
            while (_provisional is null && _afterPrack.TryDequeue(out Action? next))
                next();
        });
        return true;
    }

    private static void Refresh(ScriptedDialog dialog, ReceivedMessage message)
    {
        if (message.ContactUri() is { } contact)
            dialog.RemoteTarget = contact;
    }

    private SentRequest SendIn(ScriptedDialog dialog, string method, Action<OutgoingMessage>? alter)
    {
        uint cseq = ++dialog.LocalCSeq;
        OutgoingMessage request = dialog.NewRequest(method, cseq);
        if (method == "INVITE")
        {
            request.Body = Agent.Sdp;
            dialog.HasLocalInvite = true;
        }
        alter?.Invoke(request);
        Note(true, method);
        var sent = new SentRequest(request);
        Agent.Transmit(
            request,
            response => TakeResponse(dialog, sent, cseq, alter, response),
            status =>
            {
                Note(false, $"no answer to {method}: {status}");
                dialog.HasLocalInvite &= method != "INVITE";
                sent.Finish(status);
                if (method is not ("BYE" or "PRACK") && dialog is { IsConfirmed: true, IsEnding: false, IsEnded: false })
                    SendBye(dialog);
            }
        );
        return sent;
    }

    private void TakeResponse(ScriptedDialog dialog, SentRequest sent, uint cseq, Action<OutgoingMessage>? alter, ReceivedMessage response)
    {
        string method = sent.Message.Method;
        if (sent.IsDone)
        {
            // Only the 2xx of an INVITE comes again: it missed its ACK.
            Agent.RetransmissionsReceived++;
            if (dialog.AckOf(cseq) is { } ack)
                Agent.SendBytes(ack.Bytes, ack.Flow, 0);
            return;
        }
        Note(false, response.Label);
        if (response.StatusCode >= 200 && method == "INVITE")
        {
            dialog.HasLocalInvite = false;
            if (response.StatusCode < 300)
            {
                Refresh(dialog, response);
                Acknowledge(dialog, cseq);
            }
        }
        else if (response.StatusCode is >= 200 and < 300 && method == "UPDATE")
        {
            Refresh(dialog, response);
        }
        sent.Add(response);
        if (method is "BYE" or "PRACK")
            return;
        if (response.StatusCode == 481 && dialog is { IsConfirmed: true, IsEnding: false, IsEnded: false })
            EndDialog(dialog, CallEnd.Failed);
        else if (response.StatusCode == 491 && method == "INVITE")
            RetryGlare(dialog, alter);
    }

    /// <summary>14.1: the owner of the Call-ID waits 2.1 to 4 seconds, the other side up to 2.</summary>
    private void RetryGlare(ScriptedDialog dialog, Action<OutgoingMessage>? alter)
    {
        int wait = IsCaller ? 2100 + 10 * Agent.Random.Next(191) : 10 * Agent.Random.Next(201);
        Agent.After(
            TimeSpan.FromMilliseconds(wait),
            () =>
            {
                if (dialog is { IsConfirmed: true, IsEnding: false, IsEnded: false, HasLocalInvite: false })
                    SendIn(dialog, "INVITE", alter);
            }
        );
    }
}
