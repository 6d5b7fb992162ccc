namespace Parley.Dialogs;

/// <summary>What body a sequential request carries.</summary>
public enum SequentialBody : byte
{
    /// <summary>None. A re-INVITE without one asks for an offer.</summary>
    None = 0,

    /// <summary>The last session description received from the other party.</summary>
    Inbound = 1,

    /// <summary>The last session description sent to this party.</summary>
    Outbound = 2,

    /// <summary><see cref="SequentialRequest.Content"/>.</summary>
    Custom = 3,
}
