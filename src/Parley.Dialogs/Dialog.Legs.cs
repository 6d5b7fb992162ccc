using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// Calls that several callees answered. A proxy forwards every 2xx (RFC 3261 16.7 step 5), and each is a dialog of its own for the caller, who may keep
/// any of them (13.2.2.4). Here they are legs of one dialog: each ends on its own, and the dialog with the last.
/// </summary>
public sealed partial class Dialog
{
    /// <summary>
    /// A BYE between the caller and this leg has been answered, or timed out. It ends the leg; with the last one the call is over.
    /// </summary>
    /// <param name="context">The BYE.</param>
    /// <param name="direction">Which way it went.</param>
    /// <param name="callee">The callee's leg of the two ends.</param>
    /// <returns>True when the leg, or the call, ends by this.</returns>
    internal bool EndByBye(SipContext context, DialogDirection direction, DialogLeg callee)
    {
        DialogAction action;
        bool runs,
            ends;
        lock (Lock)
        {
            DialogState old = _life.State;
            if (_life.IsAnswered && _legs.HasOtherUp(callee))
            {
                ends = callee.IsUp;
                action = EndLeg(callee);
            }
            else
            {
                _life.SetReason(direction == DialogDirection.Upstream ? DialogReasons.UpstreamBye : DialogReasons.DownstreamBye);
                action = new DialogAction(Step(DialogEvent.ByeAnswered), old, _life.State)
                {
                    Direction = direction,
                    Context = context,
                    Message = context.Request,
                    DestinationLeg = direction == DialogDirection.Downstream ? callee : Caller,
                };
                ends = action.OldState != action.NewState;
            }

            runs = Post(ref action);
        }

        if (runs)
            Runtime.Run(this, in action);
        return ends;
    }

    /// <summary>
    /// One of the two ends of a leg has no part in the call any more: the proxy's own BYEs end it. That is the whole call when no other leg is up.
    /// </summary>
    /// <param name="callee">The callee's leg.</param>
    /// <param name="reason">Of the end of the call.</param>
    internal void TerminateLeg(DialogLeg callee, string reason)
    {
        DialogAction action = default;
        bool runs = false,
            isCall;
        lock (Lock)
        {
            isCall = !_life.IsAnswered || !_legs.HasOtherUp(callee) || _byes is { HasBegun: true };
            if (!isCall && callee.IsUp)
            {
                action = EndLeg(callee);
                action.Effects |= DialogEffects.SendLegByes;
                action.DestinationLeg = callee;
                runs = Post(ref action);
            }
        }

        if (isCall)
            Terminate(reason);
        else if (runs)
            Runtime.Run(this, in action);
    }

    /// <summary>Under the lock: the leg is over, the call goes on with another.</summary>
    private DialogAction EndLeg(DialogLeg callee)
    {
        if (_legs.End(callee))
            OnCalleeChanged(callee);
        return new DialogAction(DialogEffects.Update, _life.State, _life.State);
    }

    /// <summary>Under the lock: a BYE of this leg ends the call, for no other is up.</summary>
    private bool EndsCall(DialogLeg callee) => IsOfCall(callee) && !_legs.HasOtherUp(callee);

    /// <summary>Under the lock: the leg has part in the answered call. The callee has also where the proxy itself answered for it.</summary>
    private bool IsOfCall(DialogLeg callee) => callee.IsUp || (callee == Callee && !callee.IsOver);

    /// <summary>Under the lock, before the step: the ACK of a 2xx.</summary>
    private void OnAck(DialogLeg callee)
    {
        if (callee.IsAcknowledged)
            return;
        DialogLeg former = Callee!;
        if (_legs.Acknowledge(callee))
            OnCalleeChanged(former);
        else if (callee == Callee && _life.AcknowledgeLate())
            StartPings(0.5);
    }

    /// <summary>
    /// Under the lock: another leg is the callee. Where the call is up and the caller has not acknowledged this leg, it has to within the no-ACK timeout.
    /// </summary>
    private void OnCalleeChanged(DialogLeg former)
    {
        DialogLeg callee = Callee!;
        _track?.OnCallee(former, callee);
        if (_life.State != DialogState.Confirmed)
            return;
        _pings?.StopCallee();
        long now = Runtime.Now;
        if (callee.IsAcknowledged)
        {
            if (_life.AcknowledgeLate() || MayPingInLock)
                StartPings(0.5);
        }
        else if (_life.AwaitAck(now, Runtime.Settings))
        {
            Arm(now);
        }
    }

    /// <summary>Under the lock: a 2xx to the initial INVITE of a call that has been answered, its first or a repetition.</summary>
    private DialogEffects OnFurtherAnswer(SipBranch branch, SipMessage reply)
    {
        if (_track is { } track && _life.IsAnswered && !reply.ToTag.SequenceEqual(Callee is { } callee ? callee.TagBytes : default))
            track.OnFurtherAnswer(branch, reply.ToTag);
        // The proxy has ended the call: the further leg is no exception.
        return _byes is { HasBegun: true } ? DialogEffects.SendByes : DialogEffects.None;
    }
}
