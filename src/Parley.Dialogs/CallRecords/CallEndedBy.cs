namespace Parley.Dialogs;

/// <summary>Which side ended a call.</summary>
public enum CallEndedBy : byte
{
    /// <summary>It goes on, or is not known.</summary>
    None,

    /// <summary>The caller: its BYE, or its CANCEL.</summary>
    Caller,

    /// <summary>The callee: its BYE, or its refusal.</summary>
    Callee,

    /// <summary>This server: a termination, a ping that failed, a refusal of its own.</summary>
    Proxy,

    /// <summary>A timer: lifetime, no answer, no ACK.</summary>
    Timeout,
}
