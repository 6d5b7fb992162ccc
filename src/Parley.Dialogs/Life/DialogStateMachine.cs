using static Parley.Dialogs.DialogEffects;
using static Parley.Dialogs.DialogEvent;
using static Parley.Dialogs.DialogState;

namespace Parley.Dialogs;

/// <summary>
/// The dialog's states, whole: a pure function from (state, event) to (state, effects). Nothing else changes a state. The rows are those
/// of the OpenSIPS dialog module; where RFC 3261 or a row of its bug trackers asks for more, the comment says so.
/// </summary>
internal static class DialogStateMachine
{
    private const DialogEffects Fail = Ended | CountFailed | StateChanged | LeaveProfiles | RunFailed | Forget;
    private const DialogEffects Hangup = Ended | StateChanged | LeaveProfiles | RunTerminated | Forget;

    // Remembered as if a BYE had been seen: a repeated 2xx that was never acknowledged must not revive a call that expired.
    private const DialogEffects Expire = Ended | RememberBye | CountExpired | StateChanged | LeaveProfiles | RunExpired | Forget;

    /// <param name="state">Where the dialog stands.</param>
    /// <param name="what">What happened.</param>
    /// <param name="byeSeen">A BYE was seen or sent before (<see cref="InternalFlags.ByeSeen"/>).</param>
    /// <param name="byeOnTimeout"><see cref="DialogFlags.ByeOnTimeout"/> is set.</param>
    /// <returns>Where it stands now, and what that asks for.</returns>
    public static DialogStep Next(DialogState state, DialogEvent what, bool byeSeen, bool byeOnTimeout) =>
        (what, state) switch
        {
            // 1xx above 100: ringing, once.
            (Provisional, Unconfirmed) => new(Early, StateChanged | RunEarly),

            // 2xx: answered, once. A call that failed is revived by a late 2xx (CANCEL against 200, two finals of a fork) unless a BYE was seen.
            (Success, Unconfirmed or Early) => new(ConfirmedNoAck, Answered | StateChanged | RunConfirmed),
            (Success, Deleted) when !byeSeen => new(ConfirmedNoAck, Answered | StateChanged | ReopenProfiles | RunConfirmed),

            // 300 and above, or the transaction is gone without a final response: failed.
            (Failure or TransactionGone, Unconfirmed or Early) => new(Deleted, Fail),

            // ACK: the call is up. Repeated ACKs are requests as any other.
            (Ack, ConfirmedNoAck) => new(Confirmed, Acknowledged | StateChanged | RunRequestWithin),
            (Ack, Confirmed) => new(Confirmed, RunRequestWithin),

            // BYE of the answered call, before or after its ACK: it changes nothing before the other party has answered it (ByeAnswered). Before
            // the answer the caller may send one (RFC 3261 15): remembered only.
            (Bye, ConfirmedNoAck or Confirmed) => new(state, DialogEffects.None),
            (Bye, Unconfirmed or Early) => new(state, RememberBye | RunRequestWithin),
            (EarlyByeOfCallee, Unconfirmed or Early) => new(state, Bogus | RunRequestWithin),
            (EarlyByeOfCallee, ConfirmedNoAck or Confirmed) => new(state, RunRequestWithin),

            // Any other request leaves the state alone; out of place before a provisional response and after the end.
            (Request, Early or ConfirmedNoAck or Confirmed) => new(state, RunRequestWithin),
            (Request or Ack, Unconfirmed) => new(state, Bogus | RunRequestWithin),
            (Ack, Early) => new(state, Bogus | RunRequestWithin),
            (Ack or Bye or EarlyByeOfCallee or Request, Deleted) => new(state, Bogus | RunRequestWithin),

            // Lifetime over. With bye-on-timeout the end comes with the answer to a BYE, so it is Terminated, else Expired: never both.
            (LifetimeOver, ConfirmedNoAck or Confirmed) => byeOnTimeout
                ? new(state, CountExpired | RememberBye | SendByes)
                : new(Deleted, Expire),

            // Never answered, never acknowledged: beyond OpenSIPS, which lets such dialogs sit until their lifetime is over.
            (EarlyOver, Unconfirmed or Early) => new(Deleted, Fail | CancelBranches),
            (AckOver, ConfirmedNoAck) => byeOnTimeout ? new(state, CountExpired | RememberBye | SendByes) : new(Deleted, Expire),

            // Ended from the middle: CANCEL before the answer (the end comes with the 487), BYE both ways after it.
            (Terminate, Unconfirmed or Early) => new(state, CancelBranches),
            (Terminate, ConfirmedNoAck or Confirmed) => new(state, RememberBye | SendByes),

            // A BYE of either kind, relayed or the proxy's own, has had its effect: over.
            (ByeAnswered, ConfirmedNoAck or Confirmed) => new(Deleted, RememberBye | Hangup),

            // What a restart brought back and no ACK has confirmed gives way to the dialog of its repeated INVITE.
            (Superseded, ConfirmedNoAck) => new(Deleted, RememberBye | Hangup),

            // Late and crossed requests have had their time.
            (DelayOver, Deleted) => new(state, Unlink | RunDestroy),

            // The rest changes nothing: further 1xx and 2xx, finals after the answer, timers that came too late.
            _ => new(state, DialogEffects.None),
        };
}
