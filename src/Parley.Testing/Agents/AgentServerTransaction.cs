namespace Parley.Testing;

/// <summary>The server side of a request that a scripted agent received (RFC 3261 17.2, RFC 6026).</summary>
internal sealed class AgentServerTransaction
{
    private readonly ScriptedUserAgent _agent;
    private readonly Backoff? _backoff;
    private readonly AgentTimer _end;
    private byte[]? _last;
    private bool _acknowledged;

    internal AgentServerTransaction(ScriptedUserAgent agent, string key, ReceivedMessage request)
    {
        _agent = agent;
        Key = key;
        Request = request;
        _end = new AgentTimer(agent, Terminate);
        if (request.Method == "INVITE")
            _backoff = new Backoff(agent, !request.Source.Listener.IsReliable, agent.T2, SendLast, OnNoAck);
    }

    internal string Key { get; }

    internal string? MergeKey { get; set; }

    internal ReceivedMessage Request { get; }

    internal ScriptedCall? Call { get; set; }

    internal int Status { get; private set; }

    internal bool HasFinal => Status >= 200;

    internal byte[] LastBytes => _last ?? [];

    internal void Send(OutgoingMessage response)
    {
        if (HasFinal)
            return;
        _agent.Altering(response);
        _last = response.ToBytes();
        Status = response.StatusCode;
        SendLast();
        if (Status < 200)
            return;
        if (_backoff is not null && Status >= 300)
            _backoff.Start();
        else
            _end.Start(_backoff is null && Request.Source.Listener.IsReliable ? TimeSpan.Zero : 64 * _agent.T1);
    }

    /// <summary>Sends the last response again, as it was.</summary>
    internal void SendLast()
    {
        if (_last is not null)
            _agent.SendResponse(_last, Request);
    }

    internal void OnRetransmission()
    {
        _agent.RetransmissionsReceived++;
        if (!_acknowledged && !(_backoff is not null && Status is >= 200 and < 300))
            SendLast();
    }

    /// <summary>An ACK with this transaction's branch; false when the response was a 2xx, so that it is the dialog's.</summary>
    internal bool OnAck()
    {
        if (Status < 300)
            return false;
        if (_acknowledged)
            return true;
        _acknowledged = true;
        _backoff!.Stop();
        _end.Start(Request.Source.Listener.IsReliable ? TimeSpan.Zero : _agent.T4);
        return true;
    }

    private void OnNoAck()
    {
        _agent.Report(AnomalyKind.MissingAck, Request.CallId, $"No ACK for {Status}");
        Terminate();
    }

    private void Terminate()
    {
        _backoff?.Close();
        _end.Close();
        _agent.Forget(this);
    }
}
