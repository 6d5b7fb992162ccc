namespace Parley.Dialogs;

/// <summary>What a dialog remembers in addition to its state. The low values are the bits of the <c>dialog.flags</c> column of OpenSIPS.</summary>
[Flags]
internal enum InternalFlags
{
    None = 0,

    /// <summary>A BYE was seen, or sent by the proxy (HASBYE).</summary>
    ByeSeen = 1 << 2,

    /// <summary>The caller sent a CANCEL (WAS_CANCELLED).</summary>
    Cancelled = 1 << 16,

    /// <summary>A race of RFC 5407 happened (RACE_CONDITION_OCCURRED).</summary>
    RaceOccurred = 1 << 17,

    /// <summary>The Created callbacks have run. Not stored.</summary>
    CreatedRun = 1 << 24,

    /// <summary>Out of the table. Not stored.</summary>
    Unlinked = 1 << 25,

    /// <summary>The call passes here twice and is one dialog (<see cref="DialogSpiralPolicy.ReuseDialog"/>).</summary>
    Spiral = 1 << 26,

    /// <summary>The proxy itself ends the call, or has begun to. Not stored.</summary>
    Ending = 1 << 27,

    /// <summary>Those that the column <c>flags</c> has no bit for and the details beside the row keep.</summary>
    InDetails = Spiral,

    /// <summary>The bits that are stored.</summary>
    Stored = ByeSeen | Cancelled | RaceOccurred,
}
