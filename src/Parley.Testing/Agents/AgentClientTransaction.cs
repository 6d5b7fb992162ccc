using System.Globalization;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>The client side of a request that a scripted agent sent (RFC 3261 17.1, RFC 6026).</summary>
internal sealed class AgentClientTransaction
{
    private readonly ScriptedUserAgent _agent;
    private readonly OutgoingMessage _request;
    private readonly byte[] _bytes;
    private readonly Action<ReceivedMessage> _onResponse;
    private readonly Action<int> _onFailure;
    private readonly Backoff _backoff;
    private readonly AgentTimer _end;
    private byte[]? _ack;

    internal AgentClientTransaction(
        ScriptedUserAgent agent,
        string branch,
        OutgoingMessage request,
        byte[] bytes,
        SipFlow flow,
        ulong token,
        Action<ReceivedMessage> onResponse,
        Action<int> onFailure
    )
    {
        _agent = agent;
        _request = request;
        _bytes = bytes;
        Branch = branch;
        Flow = flow;
        Token = token;
        _onResponse = onResponse;
        _onFailure = onFailure;
        TimeSpan cap = IsInvite ? TimeSpan.MaxValue / 4 : agent.T2;
        _backoff = new Backoff(agent, !flow.Listener.IsReliable, cap, () => agent.SendBytes(_bytes, Flow, 0), () => Fail(408));
        _end = new AgentTimer(agent, OnEnd);
    }

    internal string Branch { get; }

    internal SipFlow Flow { get; }

    internal ulong Token { get; }

    internal OutgoingMessage Request => _request;

    internal bool IsInvite => _request.Method == "INVITE";

    internal bool HasProvisional { get; private set; }

    internal bool HasFinal { get; private set; }

    internal bool IsTerminated { get; private set; }

    internal void Start()
    {
        if (_agent.SendBytes(_bytes, Flow, Token))
            _backoff.Start();
        else
            _agent.SoonInLock(() => Fail(503));
    }

    /// <summary>A CANCEL was sent: when nothing comes of it in 64*T1 the transaction is over (9.1).</summary>
    internal void LimitAfterCancel()
    {
        if (!HasFinal)
            _end.Start(64 * _agent.T1);
    }

    internal void Receive(ReceivedMessage response)
    {
        if (IsTerminated)
            return;
        if (response.StatusCode < 200)
        {
            if (HasFinal)
                return;
            HasProvisional = true;
            if (IsInvite)
                _backoff.Stop();
            else
                _backoff.SlowDown();
            _onResponse(response);
            return;
        }
        bool first = !HasFinal;
        HasFinal = true;
        _backoff.Stop();
        if (!first && !(IsInvite && response.StatusCode < 300))
            _agent.RetransmissionsReceived++;
        if (IsInvite && response.StatusCode >= 300)
        {
            if (first)
                _ack = BuildAck(response);
            if (_ack is not null)
                _agent.SendBytes(_ack, Flow, 0);
            if (!first)
                return;
        }
        if (first)
            _end.Start(Linger(response.StatusCode));
        if (first || (IsInvite && response.StatusCode < 300))
            _onResponse(response);
    }

    internal void Fail(int status)
    {
        if (IsTerminated || HasFinal)
            return;
        Terminate();
        _agent.Report(
            status == 408 ? AnomalyKind.NoResponse : AnomalyKind.SendFailed,
            _request["Call-ID"] ?? "",
            $"{_request.Method} to {Flow.Remote}: {status}"
        );
        _onFailure(status);
    }

    /// <summary>The ACK of a final response of 300 or more is the transaction's (17.1.1.3); a CANCEL is made alike (9.1).</summary>
    internal OutgoingMessage Derive(string method, string? to)
    {
        var message = new OutgoingMessage(method, _request.RequestUri);
        string cseq = _request["CSeq"] ?? "0";
        message
            .Add("Via", _request["Via"] ?? "")
            .Add("Max-Forwards", "70")
            .Add("From", _request["From"] ?? "")
            .Add("To", to ?? _request["To"] ?? "")
            .Add("Call-ID", _request["Call-ID"] ?? "")
            .Add("CSeq", string.Create(CultureInfo.InvariantCulture, $"{cseq.Split(' ')[0]} {method}"));
        foreach (string route in _request.All("Route"))
            message.Add("Route", route);
        return message;
    }

    private byte[] BuildAck(ReceivedMessage response)
    {
        OutgoingMessage ack = Derive("ACK", response.Header("To"));
        _agent.Altering(ack);
        return ack.ToBytes();
    }

    private TimeSpan Linger(int status)
    {
        if (IsInvite)
            return status >= 300 && Flow.Listener.IsReliable ? TimeSpan.Zero : 64 * _agent.T1;
        return Flow.Listener.IsReliable ? TimeSpan.Zero : _agent.T4;
    }

    private void OnEnd()
    {
        if (HasFinal)
            Terminate();
        else
            Fail(408);
    }

    private void Terminate()
    {
        IsTerminated = true;
        _backoff.Close();
        _end.Close();
        _agent.Forget(this);
    }
}
