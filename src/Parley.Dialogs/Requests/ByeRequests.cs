using System.Diagnostics.CodeAnalysis;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// Sends the BYEs of the proxy's own: to both ends of each leg that is up, at most one to each. All are built before any is sent, and one failing does
/// not affect the others. The first that is answered ends the dialog; any final response counts, a challenge and a 481 too, and so do a timeout and a
/// BYE that could not be sent. Towards a caller that did not acknowledge the leg it is held back until RFC 3261 15 allows it.
/// </summary>
internal sealed class ByeRequests(DialogRuntime runtime, LocalRequests local) : ILocalRequestUser
{
    /// <summary>Sends those of all legs that have none yet, and those that were released.</summary>
    public void Send(Dialog dialog)
    {
        DialogByes byes;
        var sends = new List<Bye>(2);
        bool isWithoutCallee = false;
        lock (dialog.Lock)
        {
            byes = dialog.BeginByesInLock();
            while (byes.TakeReleased() is { } released)
                sends.Add(Number(dialog, dialog.Caller, released));
            bool isFirst = !byes.HasBegun;
            byes.Begin();
            // An end of the call has hung up meanwhile: its BYE is on its way to the other. A leg that answers later is none of that.
            bool hasHungUp = isFirst && dialog.StateInLock == DialogState.Deleted;
            long wait = dialog.Life.CallerByeWait(runtime.UnixMilliseconds, runtime.Settings);
            List<DialogLeg> up = dialog.LegSet.Up();
            if (up.Count == 0 && dialog.Callee is { IsOver: false } rang)
                up.Add(rang); // the proxy itself answered
            foreach (DialogLeg callee in up)
            {
                bool holds = wait > 0 && !callee.IsAcknowledged;
                if (!byes.Begin(callee, holds && !hasHungUp) || hasHungUp)
                    continue;
                if (holds)
                    runtime.Timers.Arm(new HeldBye(this, dialog, callee), 0, 0, wait);
                else
                    sends.Add(Number(dialog, dialog.Caller, callee));
                sends.Add(Number(dialog, callee, callee));
            }

            isWithoutCallee = isFirst && !hasHungUp && dialog.Callee is null;
            if (isWithoutCallee)
                sends.Add(Number(dialog, dialog.Caller, null));
        }

        Send(sends, byes.HeaderLines);
        if (isWithoutCallee)
            dialog.Raise(DialogEvent.ByeAnswered); // the proxy itself answered the INVITE: one BYE that cannot be sent
    }

    /// <summary>Ends one leg, which is over already for the dialog: the call goes on with another.</summary>
    public void SendOfLeg(Dialog dialog, DialogLeg callee)
    {
        var sends = new List<Bye>(2);
        lock (dialog.Lock)
        {
            long wait = dialog.Life.CallerByeWait(runtime.UnixMilliseconds, runtime.Settings);
            if (callee.IsAcknowledged || wait == 0) // RFC 3261 15; a caller that acknowledges it later is answered 481 when it sends more
                sends.Add(Number(dialog, dialog.Caller, callee));
            sends.Add(Number(dialog, callee, callee));
            foreach (Bye bye in sends)
                bye.EndsCall = false;
        }

        Send(sends, runtime.Settings.ExtraHeaderLines);
    }

    private void Send(List<Bye> sends, byte[] headerLines)
    {
        foreach (Bye bye in sends)
            Build(bye, headerLines);
        foreach (Bye bye in sends)
            Send(bye);
    }

    void ILocalRequestUser.OnResponse(LocalRequest request, SipMessage response)
    {
        if (response.StatusCode >= 200)
            OnOver((Bye)request.State!);
    }

    void ILocalRequestUser.OnFailed(LocalRequest request, int statusCode)
    {
        var bye = (Bye)request.State!;
        // The connection is gone: once more, to where a relayed BYE would go. Other requests may have gone there meanwhile: a new number.
        if (statusCode != 408 && bye.Connection is { Listener.Protocol: SipProtocol.Tcp or SipProtocol.Tls })
        {
            Bye again;
            lock (bye.Dialog.Lock)
            {
                again = Number(bye.Dialog, bye.Leg, bye.Callee);
            }

            again.EndsCall = bye.EndsCall;
            again.Connection = null;
            Build(again, bye.HeaderLines);
            Send(again);
            return;
        }

        OnOver(bye);
    }

    private static void OnOver(Bye bye)
    {
        if (bye.EndsCall)
            bye.Dialog.Raise(DialogEvent.ByeAnswered);
    }

    /// <summary>Under the lock: number and way.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="leg">Where it goes.</param>
    /// <param name="callee">The callee's leg of the two ends that it is between; null: there is none.</param>
    private static Bye Number(Dialog dialog, DialogLeg leg, DialogLeg? callee) =>
        new(dialog, leg, callee)
        {
            CSeq = leg.TakeOwnCSeq(),
            Listener = leg.FlowInLock.Listener,
            Connection = DialogRequests.ConnectionOf(leg.FlowInLock),
        };

    private static void Build(Bye bye, byte[] headerLines)
    {
        bye.HeaderLines = headerLines;
        bye.Bytes = DialogRequests.WriteBye(bye.Dialog, bye.Leg, bye.Leg.IsCaller ? bye.Callee : bye.Dialog.Caller, bye.CSeq, headerLines);
        bye.Packed = bye.Leg.Packed;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever keeps one BYE from leaving must not keep the other.")]
    private void Send(Bye bye)
    {
        try
        {
            if (bye.Bytes is { } bytes && local.Send(bytes, bye.Connection, this, bye, from: bye.Listener, nextHop: bye.Packed.NextHop))
                return;
        }
        catch (Exception error)
        {
            runtime.Log.ByeFailed(bye.Dialog.Id, bye.Leg.IsCaller ? "caller" : "callee", error);
        }

        OnOver(bye);
    }

    /// <summary>The longest wait for the ACK is over. It refers to the dialog itself: the callee's BYE may have ended it, and it is out of the table by then.</summary>
    private sealed class HeldBye(ByeRequests requests, Dialog dialog, DialogLeg callee) : ITimerTarget
    {
        void ITimerTarget.OnTimer(int kind, long version)
        {
            lock (dialog.Lock)
            {
                if (!dialog.ByesInLock!.Release(callee))
                    return;
            }

            requests.Send(dialog);
        }
    }

    private sealed class Bye(Dialog dialog, DialogLeg leg, DialogLeg? callee)
    {
        public Dialog Dialog => dialog;
        public DialogLeg Leg => leg;
        public DialogLeg? Callee => callee;
        public uint CSeq;
        public bool EndsCall = true;
        public SipListener? Listener;
        public SipFlow? Connection;
        public byte[]? Bytes;
        public byte[] HeaderLines = [];
        public PackedLeg Packed = PackedLeg.Empty;
    }
}
