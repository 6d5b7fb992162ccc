using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>The numbers of a callee's leg besides <see cref="LegCSeq"/>: those that the INVITEs and target refreshes of each direction came with, and the highest of its own.</summary>
internal readonly record struct LegCounts(
    uint InviteTo,
    uint InviteFrom,
    uint RefreshTo,
    uint RefreshFrom,
    uint HighestFrom,
    SipMethod HighestFromMethod
);
