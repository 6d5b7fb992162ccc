using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// Asks one leg at its interval whether it still has the call: OPTIONS, or a re-INVITE with the session as it is. One request at a time,
/// no allocation per ping. Everything here is under the dialog's lock but the sending.
/// </summary>
internal sealed class LegPing(Dialog dialog, DialogLeg leg, bool reinvites) : ILocalRequestUser
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

    private DialogModule Module => dialog.Module;

    private long Interval => dialog.PingInterval(reinvites);

    /// <summary>Under the lock: from now on. The first ping comes somewhere in the given part of the interval, each leg elsewhere: those that begin together do not ping together.</summary>
    /// <param name="earliest">From 0 to 1, in intervals.</param>
    public void Start(double earliest)
    {
        _missed = 0;
        _flowlessSince = 0;
        long interval = Interval;
        _due = Module.Now + Math.Max(1, (long)(interval * (earliest + ((1 - earliest) * Module.NextPingPlace()))));
        Arm();
    }

    /// <summary>Under the lock: no more. What is pending is heard to its end, so that a 2xx gets its ACK.</summary>
    public void Stop() => _version++;

    /// <summary>Without the lock: a timer of this leg is due, unless its version is stale.</summary>
    public void OnTimer(int version)
    {
        bool reinvite;
        bool owns = Module.Owns(dialog);
        lock (dialog.Gate)
        {
            if (version != _version || !dialog.MayPingInLock)
                return;
            long now = Module.Now;
            if (now < _due)
            {
                Arm();
                return;
            }

            bool blocked = reinvites && dialog.HasInviteWithinInLock;
            // From due to due, so that the pings of many dialogs stay spread; what was slept through is left out.
            _due = blocked ? now + Math.Min(Postponement, Interval) : Math.Max(_due + Interval, now + 1);
            Arm();
            if (_isPending || blocked || !owns)
                return;
            // Not known (not kept, or a call without): an INVITE without an offer would ask for one, and so change the session.
            reinvite = reinvites && dialog.SessionFor(leg) is not null;
            _isPending = true;
            _isReinvite = reinvite;
        }

        Send(reinvite);
    }

    void ILocalRequestUser.OnResponse(LocalRequest request, SipMessage response)
    {
        int status = response.StatusCode;
        if (status < 200)
            return;
        uint cseq = request.Message.CSeqNumber;
        // Its Contact is not learned: it has not been through the hooks that mend what stands behind a NAT. Who moves tells the other party too.
        if (request.Method == SipMethod.Invite && status < 300)
            dialog.Acknowledge(leg, cseq);

        // RFC 3261 12.2.1.2: 481 says that the call is gone. A 408 is a proxy's: the party did not answer it, as it did not answer here.
        if (status == 408)
            Missed(cseq);
        else
            Answered(cseq, isGone: status == 481);
    }

    void ILocalRequestUser.OnFailed(LocalRequest request, int statusCode)
    {
        uint cseq = request.Message.CSeqNumber;
        if (statusCode == 408 || request.Flow.Listener is { IsReliable: false })
            Missed(cseq);
        else
            NoFlow(cseq);
    }

    private void Send(bool reinvite)
    {
        // A re-INVITE is waited for as long as its transaction may take: given up earlier, a late 2xx would find nobody to send the ACK.
        TimeSpan timeout = reinvite ? TimeSpan.FromMilliseconds(Module.LeastDeleteDelay + 1_000) : Module.Options.PingTimeout;
        uint cseq = reinvite ? dialog.SendSession(leg, this, timeout) : dialog.SendOptions(leg, this, timeout);
        if (cseq == 0)
        {
            NoFlow(uint.MaxValue);
            return;
        }

        lock (dialog.Gate)
        {
            _cseq = Math.Max(_cseq, cseq);
        }
    }

    private void Answered(uint cseq, bool isGone)
    {
        bool dead;
        lock (dialog.Gate)
        {
            if (cseq < _cseq)
                return; // a 2xx to a former one, again
            _isPending = false;
            _missed = 0;
            _flowlessSince = 0;
            _hasAnswered = true;
            dead = isGone && dialog.MayPingInLock;
        }

        if (dead)
            Die("the call is gone there");
    }

    private void Missed(uint cseq)
    {
        bool dead;
        lock (dialog.Gate)
        {
            if (cseq < _cseq)
                return;
            _isPending = false;
            // Every user agent must answer a re-INVITE; for OPTIONS there are some that never do.
            bool counts = _hasAnswered || _isReinvite || !Module.Options.PingOnlyKnownToAnswer;
            if (counts)
                _missed++;
            dead = counts && _missed >= Module.Options.PingFailures && dialog.MayPingInLock;
        }

        if (dead)
            Die("no answer");
    }

    /// <summary>No connection to ask over: that says nothing about the party, which may come back by a new one.</summary>
    private void NoFlow(uint cseq)
    {
        bool dead;
        lock (dialog.Gate)
        {
            if (cseq < _cseq)
                return;
            _isPending = false;
            long now = Module.Now;
            if (_flowlessSince == 0)
                _flowlessSince = now;
            long limit = (long)Module.Options.NoFlowTimeout.TotalMilliseconds;
            dead = limit > 0 && now - _flowlessSince >= limit && dialog.MayPingInLock;
        }

        if (dead)
            Die("no connection");
    }

    private void Die(string why)
    {
        bool reinvite = _isReinvite;
        Module.Log.PingDead(dialog, leg, reinvite, why);
        dialog.Terminate(reinvite ? DialogReasons.ReinvitePingTimeout : DialogReasons.PingTimeout);
    }

    private void Arm() =>
        Module.DialogTimers.Arm(
            dialog,
            leg.IsCaller ? DialogClock.CallerPing : DialogClock.CalleePing,
            ++_version,
            Math.Min(Math.Max(1, _due - Module.Now), Dialog.LongestWait)
        );
}
