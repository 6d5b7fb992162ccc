namespace Parley.Dialogs;

/// <summary>What body a sequential request carries.</summary>
public enum SequentialBody : byte
{
    /// <summary>None. A re-INVITE without one asks for an offer.</summary>
    None = 0,

    /// <summary>The last session description of the other party. The dialog keeps it as it left the proxy, so this is the same as <see cref="Outbound"/>; a local-request hook may rewrite it.</summary>
    Inbound = 1,

    /// <summary>The last session description sent to this party.</summary>
    Outbound = 2,

    /// <summary><see cref="SequentialRequest.Content"/>.</summary>
    Custom = 3,
}
