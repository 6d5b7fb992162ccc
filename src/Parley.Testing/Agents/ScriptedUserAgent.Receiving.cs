using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <content>What becomes of messages that arrive.</content>
public sealed partial class ScriptedUserAgent
{
    private readonly Dictionary<(string Branch, string Method), AgentClientTransaction> _clients = [];
    private readonly Dictionary<ulong, AgentClientTransaction> _byToken = [];
    private readonly Dictionary<string, AgentServerTransaction> _servers = [];
    private readonly Dictionary<string, AgentServerTransaction> _merging = [];
    private readonly Dictionary<(string CallId, string LocalTag, string RemoteTag), ScriptedDialog> _dialogs = [];

    /// <summary>Transactions that are not over, of both kinds; 0 once everything has died down.</summary>
    public int PendingTransactions => _clients.Count + _servers.Count;

    void ISipReceiver.OnMessage(SipMessage message, in SipFlow source)
    {
        lock (StateLock)
        {
            var received = new ReceivedMessage(message, source, Elapsed);
            OnReceived?.Invoke(received);
            if (!received.IsRequest)
                TakeResponse(received);
            else if (received.Method == "ACK")
                TakeAck(received);
            else
                TakeRequest(received);
        }
    }

    void ISipReceiver.OnMalformed(SipMessage message, SipParseResult result, in SipFlow source)
    {
        lock (StateLock)
            Report(AnomalyKind.Malformed, "", $"{result.StatusCode} {result.Reason}");
    }

    void ISipReceiver.OnSendFailed(ulong token)
    {
        lock (StateLock)
        {
            if (_byToken.TryGetValue(token, out AgentClientTransaction? transaction))
                transaction.Fail(503);
        }
    }

    void ISipReceiver.OnFlowClosed(in SipFlow flow) { }

    void ISipReceiver.OnLoop() { }

    internal void Forget(AgentClientTransaction transaction)
    {
        _clients.Remove((transaction.Branch, transaction.Request.Method));
        _byToken.Remove(transaction.Token);
    }

    internal void Forget(AgentServerTransaction transaction)
    {
        _servers.Remove(transaction.Key);
        if (transaction.MergeKey is not null)
            _merging.Remove(transaction.MergeKey);
    }

    internal void Know(ScriptedDialog dialog) => _dialogs[dialog.Key] = dialog;

    private void TakeResponse(ReceivedMessage response)
    {
        if (_clients.TryGetValue((response.Branch, response.Method), out AgentClientTransaction? transaction))
            transaction.Receive(response);
        else
            Report(AnomalyKind.StrayResponse, response.CallId, response.Label);
    }

    private void TakeAck(ReceivedMessage ack)
    {
        if (_servers.TryGetValue(KeyOf(ack, "INVITE"), out AgentServerTransaction? invite) && invite.OnAck())
            return;
        if (_dialogs.TryGetValue((ack.CallId, ack.ToTag, ack.FromTag), out ScriptedDialog? dialog))
            dialog.Call.TakeAck(dialog, ack);
        else
            Report(AnomalyKind.UnexpectedAck, ack.CallId, $"ACK {ack.CSeq}");
    }

    private void TakeRequest(ReceivedMessage request)
    {
        string key = KeyOf(request, request.Method);
        if (_servers.TryGetValue(key, out AgentServerTransaction? known))
        {
            known.OnRetransmission();
            return;
        }
        var transaction = new AgentServerTransaction(this, key, request);
        _servers.Add(key, transaction);
        if (request.Method == "CANCEL")
            TakeCancel(transaction);
        else if (request.ToTag.Length > 0)
            TakeInDialog(transaction);
        else if (IsMerged(transaction))
            Refuse(transaction, 482, AnomalyKind.Merged);
        else if (request.Method == "INVITE")
            TakeInvite(transaction);
        else
            Offer(transaction);
    }

    private void TakeCancel(AgentServerTransaction cancel)
    {
        if (!_servers.TryGetValue(KeyOf(cancel.Request, "INVITE"), out AgentServerTransaction? invite))
        {
            Refuse(cancel, 481, AnomalyKind.UnexpectedCancel);
            return;
        }
        cancel.Send(NewResponse(cancel.Request, 200, invite.Call?.LocalTag));
        invite.Call?.TakeCancel();
    }

    private void TakeInDialog(AgentServerTransaction transaction)
    {
        ReceivedMessage request = transaction.Request;
        if (!_dialogs.TryGetValue((request.CallId, request.ToTag, request.FromTag), out ScriptedDialog? dialog))
        {
            Refuse(transaction, 481, AnomalyKind.UnknownDialog);
            return;
        }
        transaction.Call = dialog.Call;
        dialog.Call.TakeRequest(dialog, transaction);
    }

    private void TakeInvite(AgentServerTransaction transaction)
    {
        var call = new ScriptedCall(this, transaction);
        transaction.Call = call;
        Track(call);
        call.BeginAsCallee();
        if (OnInvite is not null)
        {
            OnInvite(call);
            return;
        }
        call.Ring();
        call.Answer();
    }

    private void Offer(AgentServerTransaction transaction)
    {
        var incoming = new IncomingRequest(this, transaction, null, null);
        OnRequest?.Invoke(incoming);
        if (!incoming.IsAnswered && !incoming.IsHeld)
            incoming.Respond(transaction.Request.Method == "REFER" ? 202 : 200);
    }

    private void Refuse(AgentServerTransaction transaction, int status, AnomalyKind kind)
    {
        Report(kind, transaction.Request.CallId, $"{transaction.Request.Method} {transaction.Request.CSeq}");
        transaction.Send(NewResponse(transaction.Request, status, null));
    }

    /// <summary>RFC 3261 8.2.2.2: the same request by another way.</summary>
    private bool IsMerged(AgentServerTransaction transaction)
    {
        ReceivedMessage request = transaction.Request;
        string key = $"{request.CallId}|{request.FromTag}|{request.CSeq}|{request.Method}";
        if (!_merging.TryAdd(key, transaction))
            return true;
        transaction.MergeKey = key;
        return false;
    }

    private static string KeyOf(ReceivedMessage request, string method) =>
        request.Branch.StartsWith("z9hG4bK", StringComparison.OrdinalIgnoreCase)
            ? $"{request.Branch}|{request.SentBy}|{method}"
            : $"{request.Branch}|{request.SentBy}|{request.CallId}|{request.FromTag}|{request.CSeq}|{method}";
}
