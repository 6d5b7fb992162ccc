namespace Parley.Dialogs;

/// <summary>When dialogs are written to their store; <c>db_mode</c> of OpenSIPS.</summary>
public enum DialogStoreMode : byte
{
    /// <summary>Never; nothing is loaded either.</summary>
    None = 0,

    /// <summary>Every change as it comes.</summary>
    Realtime = 1,

    /// <summary>What changed, once in <see cref="DialogStoreOptions.Period"/>, and all at the stop.</summary>
    Delayed = 2,

    /// <summary>All at the stop only.</summary>
    Shutdown = 3,
}
