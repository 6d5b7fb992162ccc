using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions.Tests;

/// <summary>Writes down what it is told, and does what the test says.</summary>
internal sealed class StubUser : ITransactionUser, IServerTransactionUser, IClientTransactionUser
{
    public List<string> Told { get; } = [];

    public ServerTransaction? Last { get; private set; }

    public string? LastRequestText { get; private set; }

    public Action<ServerTransaction>? WhenRequest { get; set; }

    public Action<ServerTransaction>? WhenCancel { get; set; }

    public Action<ClientTransaction, SipMessage>? WhenResponse { get; set; }

    public Action? WhenAny { get; set; }

    public Func<SipMessage, bool>? Admits { get; set; }

    public void OnRequest(ServerTransaction transaction)
    {
        transaction.User = this;
        Last = transaction;
        LastRequestText = System.Text.Encoding.UTF8.GetString(transaction.Request!.Bytes);
        Note("request " + System.Text.Encoding.UTF8.GetString(transaction.Request!.MethodText));
        WhenRequest?.Invoke(transaction);
    }

    public void OnCancel(ServerTransaction invite, SipMessage cancel)
    {
        Note("cancel");
        WhenCancel?.Invoke(invite);
    }

    public void OnAck(SipMessage ack, in SipFlow source) => Note("ack");

    public void OnStrayResponse(SipMessage response, in SipFlow source) => Note("stray " + response.StatusCode);

    public bool Admit(SipMessage request, in SipFlow source) => Admits?.Invoke(request) ?? true;

    public void OnTransportError(ServerTransaction transaction) => Note("error");

    public void OnTimeout(ServerTransaction transaction) => Note("timeout");

    public void OnTerminated(ServerTransaction transaction) => Note("terminated");

    public void OnResponse(ClientTransaction transaction, SipMessage response)
    {
        Note("response " + response.StatusCode);
        WhenResponse?.Invoke(transaction, response);
    }

    public void OnTimeout(ClientTransaction transaction) => Note("timeout");

    public void OnTransportError(ClientTransaction transaction) => Note("error");

    public void OnTerminated(ClientTransaction transaction) => Note("terminated");

    /// <summary>What was told since the last call, joined by commas.</summary>
    public string Take()
    {
        string told = string.Join(", ", Told);
        Told.Clear();
        return told;
    }

    private void Note(string what)
    {
        Told.Add(what);
        WhenAny?.Invoke();
    }
}
