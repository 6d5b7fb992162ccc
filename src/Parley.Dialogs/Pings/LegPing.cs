namespace Parley.Dialogs;

/// <summary>
/// Where the questions to one leg stand, which ask at its interval whether it still has the call: OPTIONS, or a re-INVITE with the session as
/// it is. One request at a time. Under the dialog's lock; <see cref="PingRequests"/> sends.
/// </summary>
internal sealed class LegPing(DialogLeg leg, bool reinvites)
{
    /// <summary>Milliseconds until a re-INVITE is tried again that another INVITE was in the way of.</summary>
    private const long Postponement = 5_000;

    private long _due;
    private long _flowlessSince;
    private uint _cseq;
    private int _version;
    private int _missed;
    private bool _isPending;
    private bool _hasAnswered;
    private bool _isReinvite; // what the pending one is

    public DialogLeg Leg => leg;

    /// <summary>By re-INVITE, as long as the session is known.</summary>
    public bool Reinvites => reinvites;

    /// <summary>When the next one is due, the timers' milliseconds.</summary>
    public long Due => _due;

    /// <summary>It has answered one: its silence says something.</summary>
    public bool HasAnswered
    {
        get => _hasAnswered;
        set => _hasAnswered = value;
    }

    /// <summary>The last one was a re-INVITE.</summary>
    public bool IsReinvite => _isReinvite;

    /// <summary>From now on. The first ping comes somewhere in the given part of the interval, each leg elsewhere: those that begin together do not ping together.</summary>
    /// <param name="now">The timers' milliseconds.</param>
    /// <param name="interval">Milliseconds.</param>
    /// <param name="place">From 0 to 1: where in that part.</param>
    /// <param name="earliest">From 0 to 1, in intervals: where it begins.</param>
    public void Start(long now, long interval, double place, double earliest)
    {
        _missed = 0;
        _flowlessSince = 0;
        _due = now + Math.Max(1, (long)(interval * (earliest + ((1 - earliest) * place))));
    }

    /// <summary>No more. What is pending is followed to its end, so that a 2xx gets its ACK.</summary>
    public void Stop() => _version++;

    /// <summary>The version and the wait of the timer for the next due time.</summary>
    public int Arm(long now, out long wait)
    {
        wait = Math.Max(1, _due - now);
        return ++_version;
    }

    public bool IsCurrent(int version) => version == _version;

    /// <summary>Its timer fired. True when a ping is due: <see cref="Begin"/> follows, unless another node acts for the dialog. The timer is to be armed again in any case.</summary>
    /// <param name="now">The timers' milliseconds.</param>
    /// <param name="interval">Milliseconds.</param>
    /// <param name="hasInvite">An INVITE within the dialog is under way.</param>
    public bool OnTimer(long now, long interval, bool hasInvite)
    {
        if (now < _due)
            return false;
        bool isBlocked = reinvites && hasInvite;
        // From due to due, so that the pings of many dialogs stay spread; what was slept through is left out.
        _due = isBlocked ? now + Math.Min(Postponement, interval) : Math.Max(_due + interval, now + 1);
        return !isBlocked && !_isPending;
    }

    /// <summary>A ping is about to be sent.</summary>
    public void Begin(bool isReinvite)
    {
        _isPending = true;
        _isReinvite = isReinvite;
    }

    /// <summary>It has left with this number.</summary>
    public void Sent(uint cseq) => _cseq = Math.Max(_cseq, cseq);

    /// <summary>It has its answer; false for a 2xx to a former one, again.</summary>
    public bool Answered(uint cseq)
    {
        if (cseq < _cseq)
            return false;
        _isPending = false;
        _missed = 0;
        _flowlessSince = 0;
        return _hasAnswered = true;
    }

    /// <summary>It has no answer; true when that makes the leg a dead one.</summary>
    public bool Missed(uint cseq, DialogSettings settings)
    {
        if (cseq < _cseq)
            return false;
        _isPending = false;
        // Every user agent must answer a re-INVITE; for OPTIONS there are some that never do.
        if (!_hasAnswered && !_isReinvite && settings.PingOnlyKnownToAnswer)
            return false;
        return ++_missed >= settings.PingFailures;
    }

    /// <summary>There is no connection to ask over, which says nothing about the party: it may come back by a new one. True when that has lasted too long.</summary>
    public bool HasNoFlow(uint cseq, long now, DialogSettings settings)
    {
        if (cseq < _cseq)
            return false;
        _isPending = false;
        if (_flowlessSince == 0)
            _flowlessSince = now;
        return settings.NoFlowTimeout > 0 && now - _flowlessSince >= settings.NoFlowTimeout;
    }
}
