using Parley.Sip;

namespace Parley.Testing;

/// <summary>A request that a <see cref="ScriptedUserAgent"/> received, in the hands of a script: answer it, hold it, or leave it to the agent.</summary>
public sealed class IncomingRequest
{
    private readonly ScriptedUserAgent _agent;
    private readonly AgentServerTransaction _transaction;

    internal IncomingRequest(ScriptedUserAgent agent, AgentServerTransaction transaction, ScriptedCall? call, ScriptedDialog? dialog)
    {
        _agent = agent;
        _transaction = transaction;
        Call = call;
        Dialog = dialog;
    }

    /// <summary>The request.</summary>
    public ReceivedMessage Message => _transaction.Request;

    /// <summary>Its method.</summary>
    public string Method => Message.Method;

    /// <summary>The call that it belongs to; null outside of one.</summary>
    public ScriptedCall? Call { get; }

    /// <summary>The dialog that it belongs to; null outside of one.</summary>
    public ScriptedDialog? Dialog { get; }

    /// <summary>True once a response was sent from a script.</summary>
    public bool IsAnswered => _transaction.Status != 0;

    internal bool IsHeld { get; private set; }

    /// <summary>Keeps the agent from answering; <see cref="Respond"/> may come later, or never.</summary>
    public void Hold() => IsHeld = true;

    /// <summary>Answers.</summary>
    /// <param name="status">100 to 699.</param>
    /// <param name="alter">May alter the response.</param>
    public void Respond(int status, Action<OutgoingMessage>? alter = null)
    {
        lock (_agent.StateLock)
        {
            OutgoingMessage response = _agent.NewResponse(Message, status, Dialog?.LocalTag);
            if (Message.Method is "UPDATE" or "INVITE" or "SUBSCRIBE" && status is >= 200 and < 300)
                response.Add("Contact", $"<{_agent.Contact}>");
            if (Message.Method == "REGISTER" && status == 200)
                foreach (string contact in Message.Lines(SipHeaderName.Contact))
                    response.Add("Contact", contact);
            if (Message.Method == "INVITE" && status is >= 200 and < 300)
                response.Body = _agent.Sdp;
            alter?.Invoke(response);
            _transaction.Send(response);
            if (Dialog is not null)
                Call!.AfterAnswer(Dialog, _transaction);
        }
        _agent.Transport.Flush();
    }
}
