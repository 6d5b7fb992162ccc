namespace Parley.Testing;

/// <summary>A 2xx that is repeated until its ACK comes (RFC 3261 13.3.1.4), on streams too.</summary>
internal sealed class PendingAnswer
{
    private readonly Backoff _backoff;

    internal PendingAnswer(ScriptedUserAgent agent, AgentServerTransaction invite, byte[] answer, Action onNoAck)
    {
        CSeq = invite.Request.CSeq;
        _backoff = new Backoff(agent, repeats: true, agent.T2, () => agent.SendResponse(answer, invite.Request), onNoAck);
        _backoff.Start();
    }

    internal uint CSeq { get; }

    internal void Stop() => _backoff.Close();
}
