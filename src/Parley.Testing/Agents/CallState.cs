namespace Parley.Testing;

/// <summary>Where a <see cref="ScriptedCall"/> stands.</summary>
public enum CallState
{
    /// <summary>The INVITE is sent or received; no provisional response above 100 yet.</summary>
    Calling,

    /// <summary>A provisional response above 100 was received or sent.</summary>
    Ringing,

    /// <summary>Callee only: a 2xx is sent and its ACK not here yet.</summary>
    Answered,

    /// <summary>The call is up: 2xx received, or its ACK.</summary>
    Established,

    /// <summary>BYE is sent and not answered yet.</summary>
    Ending,

    /// <summary>It is over; <see cref="ScriptedCall.End"/> says how.</summary>
    Ended,
}
