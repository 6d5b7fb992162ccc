namespace Parley.Dialogs;

/// <summary>In <see cref="DialogStoreMode.Realtime"/>: what happens while rows can be made durable nowhere, neither in the store nor in a journal.</summary>
public enum DialogStoreOutagePolicy : byte
{
    /// <summary>Calls go on, and are written when the store returns. A crash meanwhile loses them.</summary>
    Degrade = 0,

    /// <summary>
    /// Initial INVITEs get 503 with Retry-After. Calls that exist go on; what waits for its row waits <see cref="DialogStoreOptions.MaxHold"/> and
    /// then goes on.
    /// </summary>
    Refuse = 1,
}
