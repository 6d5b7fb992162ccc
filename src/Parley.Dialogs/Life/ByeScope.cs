namespace Parley.Dialogs;

/// <summary>What a BYE between the parties ends once it is answered.</summary>
internal enum ByeScope : byte
{
    /// <summary>Nothing: it is no BYE, the call is not answered, or its leg has ended before.</summary>
    None,

    /// <summary>One of several legs that answered (RFC 3261 13.2.2.4); the last one when the others end meanwhile.</summary>
    Leg,

    /// <summary>The call.</summary>
    Call,
}
