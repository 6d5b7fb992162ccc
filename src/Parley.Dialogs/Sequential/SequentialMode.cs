namespace Parley.Dialogs;

/// <summary>Which leg a sequential request asks; the modes of <c>dlg_send_sequential</c> of OpenSIPS.</summary>
public enum SequentialMode : byte
{
    /// <summary>The caller.</summary>
    Caller = 0,

    /// <summary>The callee.</summary>
    Callee = 1,

    /// <summary>The caller first; the body of its 2xx is then offered to the callee, and the callee's answer goes back in the caller's ACK (<c>challenge</c>, <c>challenge-caller</c>).</summary>
    ChallengeCaller = 2,

    /// <summary>The callee first, then the caller (<c>challenge-callee</c>).</summary>
    ChallengeCallee = 3,
}
