using System.Diagnostics.CodeAnalysis;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// Sends the BYEs of the proxy's own: at most one per leg. Both are built before either is sent, and one failing does not affect the other. The
/// first that is answered ends the dialog; any final response counts, a challenge and a 481 too, and so do a timeout and a BYE that could not be
/// sent. Towards a caller whose ACK was not seen it is held back until RFC 3261 15 allows it.
/// </summary>
internal sealed class ByeRequests(DialogRuntime runtime, LocalRequests local) : ILocalRequestUser
{
    /// <summary>Sends both, or the one that was released.</summary>
    public void Send(Dialog dialog)
    {
        DialogByes byes;
        Bye? toCaller = null,
            toCallee = null;
        bool isWithoutCallee = false;
        lock (dialog.Lock)
        {
            byes = dialog.BeginByesInLock();
            if (byes.HasBegun)
            {
                if (byes.TakeReleased())
                    toCaller = Number(dialog, dialog.Caller);
            }
            else if (dialog.StateInLock == DialogState.Deleted)
            {
                byes.Begin(holdsCaller: false); // an end has hung up meanwhile: its BYE is on its way to the other
            }
            else
            {
                long wait = dialog.Life.CallerByeWait(runtime.UnixMilliseconds, runtime.Settings);
                byes.Begin(holdsCaller: wait > 0);
                if (wait == 0)
                    toCaller = Number(dialog, dialog.Caller);
                else
                    runtime.Timers.Arm(new HeldBye(this, dialog), 0, 0, wait);
                isWithoutCallee = dialog.Callee is null;
                if (dialog.Callee is { } callee)
                    toCallee = Number(dialog, callee);
            }
        }

        if (toCaller is not null)
            Build(toCaller, byes);
        if (toCallee is not null)
            Build(toCallee, byes);
        if (toCaller is not null)
            Send(toCaller);
        if (toCallee is not null)
            Send(toCallee);
        if (isWithoutCallee)
            dialog.Raise(DialogEvent.ByeAnswered); // the proxy itself answered the INVITE: one BYE that cannot be sent
    }

    void ILocalRequestUser.OnResponse(LocalRequest request, SipMessage response)
    {
        if (response.StatusCode >= 200)
            ((Bye)request.State!).Dialog.Raise(DialogEvent.ByeAnswered);
    }

    void ILocalRequestUser.OnFailed(LocalRequest request, int statusCode)
    {
        var bye = (Bye)request.State!;
        // The connection is gone: once more, to where a relayed BYE would go. Other requests may have gone there meanwhile: a new number.
        if (statusCode != 408 && bye.Connection is { Listener.Protocol: SipProtocol.Tcp or SipProtocol.Tls })
        {
            Bye again;
            DialogByes byes;
            lock (bye.Dialog.Lock)
            {
                byes = bye.Dialog.ByesInLock!;
                again = Number(bye.Dialog, bye.Leg);
            }

            again.Connection = null;
            Build(again, byes);
            Send(again);
            return;
        }

        bye.Dialog.Raise(DialogEvent.ByeAnswered);
    }

    /// <summary>Under the lock: number and way.</summary>
    private static Bye Number(Dialog dialog, DialogLeg leg) =>
        new(dialog, leg)
        {
            CSeq = leg.TakeOwnCSeq(),
            Listener = leg.FlowInLock.Listener,
            Connection = DialogRequests.ConnectionOf(leg.FlowInLock),
        };

    private static void Build(Bye bye, DialogByes byes)
    {
        bye.Bytes = DialogRequests.WriteBye(bye.Dialog, bye.Leg, bye.CSeq, byes.HeaderLines);
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

        bye.Dialog.Raise(DialogEvent.ByeAnswered);
    }

    /// <summary>The longest wait for the ACK is over. It refers to the dialog itself: the callee's BYE may have ended it, and it is out of the table by then.</summary>
    private sealed class HeldBye(ByeRequests requests, Dialog dialog) : ITimerTarget
    {
        void ITimerTarget.OnTimer(int kind, long version)
        {
            lock (dialog.Lock)
            {
                if (!dialog.ByesInLock!.Release())
                    return;
            }

            requests.Send(dialog);
        }
    }

    private sealed class Bye(Dialog dialog, DialogLeg leg)
    {
        public Dialog Dialog => dialog;
        public DialogLeg Leg => leg;
        public uint CSeq;
        public SipListener? Listener;
        public SipFlow? Connection;
        public byte[]? Bytes;
        public PackedLeg Packed = PackedLeg.Empty;
    }
}
