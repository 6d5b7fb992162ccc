namespace Parley.Testing;

/// <summary>How a <see cref="ScriptedCall"/> ended.</summary>
public enum CallEnd
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>This side's BYE was sent first.</summary>
    LocalBye,

    /// <summary>The far side's BYE came first.</summary>
    RemoteBye,

    /// <summary>A final response of 300 or more, received or sent.</summary>
    Rejected,

    /// <summary>CANCEL.</summary>
    Cancelled,

    /// <summary>A request was not answered in time.</summary>
    Timeout,

    /// <summary>The network refused, or the far side no longer knew the dialog (481), or never sent an ACK.</summary>
    Failed,
}
