using System.Diagnostics.CodeAnalysis;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Sends the pings of all dialogs and takes their answers; where each stands is in its <see cref="LegPing"/>. No allocation per ping.</summary>
internal sealed class PingRequests(DialogRuntime runtime, DialogOptions options, DialogRequests requests) : ILocalRequestUser
{
    /// <summary>Without the lock: a timer of this leg is due, unless its version is stale.</summary>
    public void OnTimer(Dialog dialog, LegPing ping, int version)
    {
        bool reinvite;
        bool owns = Owns(dialog);
        lock (dialog.Lock)
        {
            if (!ping.IsCurrent(version) || !dialog.IsUpInLock)
                return;
            bool isDue = ping.OnTimer(runtime.Now, dialog.PingInterval(ping.Reinvites), dialog.UnderWay.HasInvite);
            dialog.ArmPing(ping);
            if (!isDue || !owns || !dialog.MayPingInLock) // a BYE that is refused leaves the call up, and pings go on
                return;
            // Not known (not kept, or a call without): an INVITE without an offer would ask for one, and so change the session.
            reinvite = ping.Reinvites && DialogRequests.SessionFor(dialog, ping.Leg) is not null;
            ping.Begin(reinvite);
        }

        Send(dialog, ping, reinvite);
    }

    void ILocalRequestUser.OnResponse(LocalRequest request, SipMessage response)
    {
        int status = response.StatusCode;
        if (status < 200)
            return;
        var ping = (LegPing)request.State!;
        uint cseq = request.Message.CSeqNumber;
        // Its Contact is not learned: it bypassed the NAT-fixing hooks; a party that moves also sends a re-INVITE to its peer.
        if (request.Method == SipMethod.Invite && status < 300)
            requests.Acknowledge(ping.Leg.Dialog, ping.Leg, cseq);

        // RFC 3261 12.2.1.2: 481 says that the call is gone. A 408 is a proxy's: the party did not answer it, as it did not answer here.
        if (status == 408)
            Missed(ping, cseq);
        else
            Answered(ping, cseq, request.Message, isGone: status == 481);
    }

    void ILocalRequestUser.OnFailed(LocalRequest request, int statusCode)
    {
        var ping = (LegPing)request.State!;
        uint cseq = request.Message.CSeqNumber;
        if (statusCode == 408 || request.Flow.Listener is { IsReliable: false })
            Missed(ping, cseq);
        else
            HasNoFlow(ping, cseq);
    }

    /// <summary>This node acts for the dialog. User code: not under a lock.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: a function that throws says no.")]
    private bool Owns(Dialog dialog)
    {
        if (options.ActsFor is not { } actsFor)
            return true;
        try
        {
            return actsFor(dialog);
        }
        catch (Exception error)
        {
            runtime.Log.ActionFailed(dialog.Id, error);
            return false;
        }
    }

    private void Send(Dialog dialog, LegPing ping, bool reinvite)
    {
        // A re-INVITE is waited for as long as its transaction may take: given up earlier, a late 2xx would get no ACK.
        TimeSpan timeout = reinvite ? TimeSpan.FromMilliseconds(runtime.Settings.LeastDeleteDelay + 1_000) : options.PingTimeout;
        uint cseq = reinvite
            ? requests.SendSession(dialog, ping.Leg, this, ping, timeout)
            : requests.SendOptions(dialog, ping.Leg, this, ping, timeout);
        Interlocked.Increment(ref runtime.Counters.PingsSent);
        if (cseq == 0)
        {
            HasNoFlow(ping, uint.MaxValue);
            return;
        }

        lock (dialog.Lock)
        {
            ping.Sent(cseq);
        }
    }

    private void Answered(LegPing ping, uint cseq, SipMessage request, bool isGone)
    {
        Interlocked.Increment(ref runtime.Counters.PingsAnswered);
        Dialog dialog = ping.Leg.Dialog;
        bool isDead;
        DialogLeg? callee;
        lock (dialog.Lock)
        {
            isDead = ping.Answered(cseq) && isGone && dialog.MayPingInLock;
            // The caller was asked for its dialog with one callee, and may have others.
            callee = dialog.LegSet.FindCallee(ping.Leg.IsCaller ? request.FromTag : request.ToTag);
        }

        if (isDead && callee is not null)
            End(dialog, ping, callee, "the call is gone there");
    }

    private void Missed(LegPing ping, uint cseq)
    {
        Interlocked.Increment(ref runtime.Counters.PingsMissed);
        Dialog dialog = ping.Leg.Dialog;
        bool isDead;
        lock (dialog.Lock)
        {
            isDead = ping.Missed(cseq, runtime.Settings) && dialog.MayPingInLock;
        }

        if (isDead)
            End(dialog, ping, ping.Leg.IsCaller ? null : ping.Leg, "no answer");
    }

    private void HasNoFlow(LegPing ping, uint cseq)
    {
        Interlocked.Increment(ref runtime.Counters.PingsMissed);
        Dialog dialog = ping.Leg.Dialog;
        bool isDead;
        lock (dialog.Lock)
        {
            isDead = ping.HasNoFlow(cseq, runtime.Now, runtime.Settings) && dialog.MayPingInLock;
        }

        if (isDead)
            End(dialog, ping, ping.Leg.IsCaller ? null : ping.Leg, "no connection");
    }

    /// <param name="dialog">The dialog.</param>
    /// <param name="ping">The ping.</param>
    /// <param name="callee">The leg that is dead; null: the caller, and with it the call.</param>
    /// <param name="reason">For the log.</param>
    private void End(Dialog dialog, LegPing ping, DialogLeg? callee, string reason)
    {
        bool reinvite = ping.IsReinvite;
        Interlocked.Increment(ref runtime.Counters.PingsDead);
        runtime.Log.PingDead(dialog.Id, ping.Leg.IsCaller, reinvite, reason);
        runtime.Hooks.RunPingFailed(dialog, callee ?? dialog.Caller, reason);
        string why = reinvite ? DialogReasons.ReinvitePingTimeout : DialogReasons.PingTimeout;
        if (callee is null)
            dialog.Terminate(why);
        else
            dialog.TerminateLeg(callee, why);
    }
}
