using System.Diagnostics.CodeAnalysis;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// The BYEs of the proxy's own in one dialog: at most one to each end, written before either is sent, and each by itself: what becomes of
/// one never keeps the other. The first that is answered ends the dialog; any final response counts, a challenge and a 481 too, and so do a
/// timeout and a BYE that could not be sent. Towards a caller whose ACK was not seen it is held back until RFC 3261 15 allows it.
/// </summary>
internal sealed class DialogByes(Dialog dialog, byte[] headerLines) : ILocalRequestUser, ITimerTarget
{
    private readonly Bye _caller = new("caller"),
        _callee = new("callee");
    private bool _begun;
    private Holding _holding;

    private enum Holding : byte
    {
        None,
        Held,
        Released,
    }

    /// <summary>Under the lock: the caller's waits for the ACK.</summary>
    public bool IsHeld => _holding == Holding.Held;

    /// <summary>Under the lock: the caller's may go; true when it waited.</summary>
    public bool Release()
    {
        if (_holding != Holding.Held)
            return false;
        _holding = Holding.Released;
        return true;
    }

    /// <summary>Under the lock: an end hangs up by itself, so the caller's need not go any more.</summary>
    public void Drop() => _holding = Holding.None;

    /// <summary>Sends both, or the one that was released.</summary>
    public void Send()
    {
        DialogLeg? callee;
        bool toCaller,
            toCallee = false;
        long wait = 0;
        lock (dialog.Gate)
        {
            callee = dialog.Callee;
            if (_begun)
            {
                toCaller = _holding == Holding.Released;
                _holding = Holding.None;
            }
            else
            {
                _begun = true;
                // When an end has hung up meanwhile, its BYE is on its way to the other.
                if (dialog.StateInLock == DialogState.Deleted)
                    return;
                wait = dialog.CallerByeWait;
                toCaller = wait == 0;
                if (!toCaller)
                    _holding = Holding.Held;
                toCallee = true;
            }

            if (toCaller)
                Take(_caller, dialog.Caller);
            if (toCallee && callee is not null)
                Take(_callee, callee);
        }

        // Both exist before either leaves.
        if (toCaller)
            Build(_caller, dialog.Caller);
        if (toCallee && callee is not null)
            Build(_callee, callee);
        if (wait > 0)
            dialog.Module.Timers.Arm(this, 0, 0, wait);
        if (toCaller)
            Send(_caller);
        if (toCallee)
            Send(_callee);
    }

    void ITimerTarget.OnTimer(int kind, long version)
    {
        lock (dialog.Gate)
        {
            if (!Release())
                return;
        }

        Send();
    }

    void ILocalRequestUser.OnResponse(LocalRequest request, SipMessage response)
    {
        if (response.StatusCode >= 200)
            dialog.Raise(DialogEvent.ByeAnswered);
    }

    void ILocalRequestUser.OnFailed(LocalRequest request, int statusCode)
    {
        var bye = (Bye)request.State!;
        // The connection is gone: once more, to where a relayed BYE would go. Other requests may have gone there meanwhile: a new number.
        if (
            statusCode != 408
            && bye.Connection is { Listener.Protocol: SipProtocol.Tcp or SipProtocol.Tls }
            && (bye == _caller ? dialog.Caller : dialog.Callee) is { } leg
        )
        {
            lock (dialog.Gate)
                Take(bye, leg);
            bye.Connection = null;
            Build(bye, leg);
            Send(bye);
            return;
        }

        dialog.Raise(DialogEvent.ByeAnswered);
    }

    /// <summary>Under the lock: number and way.</summary>
    private static void Take(Bye bye, DialogLeg leg)
    {
        bye.CSeq = leg.TakeOwnCSeq();
        bye.Listener = leg.FlowInLock.Listener;
        bye.Connection = Dialog.ConnectionOf(leg.FlowInLock);
    }

    private void Build(Bye bye, DialogLeg leg)
    {
        bye.Bytes = dialog.WriteBye(leg, bye.CSeq, headerLines);
        bye.Leg = leg.Packed;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever keeps one BYE from leaving must not keep the other.")]
    private void Send(Bye bye)
    {
        try
        {
            if (
                bye.Bytes is { } bytes
                && dialog.Module.LocalRequests.Send(bytes, bye.Connection, this, bye, from: bye.Listener, nextHop: bye.Leg.NextHop)
            )
                return;
        }
        catch (Exception error)
        {
            dialog.Module.Log.ByeFailed(dialog, bye.End, error);
        }

        dialog.Raise(DialogEvent.ByeAnswered);
    }

    private sealed class Bye(string end)
    {
        public string End => end;
        public uint CSeq;
        public SipListener? Listener;
        public SipFlow? Connection;
        public byte[]? Bytes;
        public PackedLeg Leg = PackedLeg.Empty;
    }
}
