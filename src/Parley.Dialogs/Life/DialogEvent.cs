namespace Parley.Dialogs;

/// <summary>What can happen to a dialog, as the state machine sees it.</summary>
internal enum DialogEvent : byte
{
    /// <summary>A 1xx above 100 to the initial INVITE is forwarded.</summary>
    Provisional,

    /// <summary>A 2xx to the initial INVITE is forwarded: the first, a repeated one, or one of another branch.</summary>
    Success,

    /// <summary>A final response of 300 or above to the initial INVITE is forwarded or made by the proxy.</summary>
    Failure,

    /// <summary>The initial INVITE's transaction is gone.</summary>
    TransactionGone,

    /// <summary>An ACK within the dialog.</summary>
    Ack,

    /// <summary>A BYE between the caller and the callee that answered arrived (before an answer: from the caller).</summary>
    Bye,

    /// <summary>Before the answer, a BYE from the callee: not allowed by RFC 3261 15, forwarded all the same.</summary>
    EarlyByeOfCallee,

    /// <summary>Any other request within the dialog; also a BYE to or from a leg that lost.</summary>
    Request,

    /// <summary>The lifetime is over.</summary>
    LifetimeOver,

    /// <summary>No answer within the early timeout.</summary>
    EarlyOver,

    /// <summary>No ACK within the no-ACK timeout.</summary>
    AckOver,

    /// <summary>The proxy is asked to end the call.</summary>
    Terminate,

    /// <summary>
    /// A BYE ends the call: one between the parties went out to the other and was accepted, found no call there (481), or got no answer in time
    /// (408); one of the proxy's own got any final response, or none in time.
    /// </summary>
    ByeAnswered,

    /// <summary>It came back from a store, and its INVITE came again: the caller never got the answer, and another dialog takes its place.</summary>
    Superseded,

    /// <summary>The delete delay is over.</summary>
    DelayOver,
}
