namespace Parley.Dialogs;

/// <summary>An offer, and maybe its answer, that is not in force yet, for the row of a store.</summary>
/// <param name="Origin">The request that decides.</param>
/// <param name="OfferedTo">The direction that the offer went.</param>
/// <param name="AwaitsAck">The offer was in the 2xx: the ACK decides.</param>
/// <param name="OfCaller">The caller's description.</param>
/// <param name="OfCallee">The callee's.</param>
/// <param name="Preview">An answer in a provisional response that is not reliable.</param>
internal readonly record struct SdpPending(
    SdpOrigin Origin,
    DialogDirection OfferedTo,
    bool AwaitsAck,
    byte[]? OfCaller,
    byte[]? OfCallee,
    byte[]? Preview
);
