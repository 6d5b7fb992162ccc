namespace Parley.Dialogs;

/// <summary>In <see cref="DialogStoreMode.Realtime"/>: what a response waits for that makes or ends a call.</summary>
public enum DialogDurability : byte
{
    /// <summary>
    /// The 2xx of an INVITE and the response to the BYE that ends a call leave the proxy when the row (its removal with the call record) is
    /// durable: in the store, or in the journal. At most <see cref="DialogStoreOptions.MaxHold"/>.
    /// </summary>
    Before = 0,

    /// <summary>They leave at once, and the row is written within a few milliseconds: a crash in between loses it.</summary>
    SoonAfter = 1,
}
