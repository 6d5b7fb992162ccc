namespace Parley.Testing;

/// <summary>Repeats something at doubling intervals until a limit of 64*T1: timers A and B, E and F, G and H of RFC 3261, the 2xx of 13.3.1.4, the reliable provisional of RFC 3262.</summary>
internal sealed class Backoff
{
    private readonly ScriptedUserAgent _agent;
    private readonly AgentTimer _timer;
    private readonly Action _repeat;
    private readonly Action _giveUp;
    private readonly TimeSpan _cap;
    private readonly bool _repeats;
    private TimeSpan _interval;
    private TimeSpan _left;

    /// <param name="agent">Has the timers.</param>
    /// <param name="repeats">False on reliable transports: only the limit counts.</param>
    /// <param name="cap">The longest interval.</param>
    /// <param name="repeat">Retransmits.</param>
    /// <param name="giveUp">The limit passed.</param>
    internal Backoff(ScriptedUserAgent agent, bool repeats, TimeSpan cap, Action repeat, Action giveUp)
    {
        _agent = agent;
        _repeats = repeats;
        _cap = cap;
        _repeat = repeat;
        _giveUp = giveUp;
        _timer = new AgentTimer(agent, OnTimer);
    }

    internal void Start()
    {
        _interval = _repeats ? _agent.T1 : 64 * _agent.T1;
        _left = 64 * _agent.T1;
        _timer.Start(Next());
    }

    /// <summary>From now on at the longest interval (a non-INVITE request that got a 1xx).</summary>
    internal void SlowDown() => _interval = _cap;

    internal void Stop() => _timer.Stop();

    internal void Close() => _timer.Close();

    private TimeSpan Next()
    {
        TimeSpan wait = _interval < _left ? _interval : _left;
        _left -= wait;
        return wait;
    }

    private void OnTimer()
    {
        if (_left <= TimeSpan.Zero)
        {
            _giveUp();
            return;
        }
        _agent.RetransmissionsSent++;
        _repeat();
        _interval = _interval * 2 < _cap ? _interval * 2 : _cap;
        _timer.Start(Next());
    }
}
