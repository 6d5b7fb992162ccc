namespace Parley.Testing;

/// <summary>A one-shot timer of an agent: fires inside the agent's lock, then flushes what was sent.</summary>
internal sealed class AgentTimer(ScriptedUserAgent agent, Action action)
{
    private ITimer? _timer;
    private bool _armed;

    internal void Start(TimeSpan due)
    {
        _armed = true;
        if (_timer is null)
            _timer = agent.Time.CreateTimer(static state => ((AgentTimer)state!).Fire(), this, due, Timeout.InfiniteTimeSpan);
        else
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    internal void Stop()
    {
        if (!_armed)
            return;
        _armed = false;
        _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal void Close()
    {
        _armed = false;
        _timer?.Dispose();
    }

    private void Fire()
    {
        lock (agent.StateLock)
        {
            if (!_armed)
                return;
            _armed = false;
            action();
        }
        agent.Transport.Flush();
    }
}
