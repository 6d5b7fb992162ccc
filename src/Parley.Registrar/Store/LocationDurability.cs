namespace Parley.Registrar;

/// <summary>When the 2xx to a REGISTER leaves in <see cref="LocationStoreMode.Realtime"/>.</summary>
public enum LocationDurability : byte
{
    /// <summary>At once; the row follows.</summary>
    SoonAfter = 0,

    /// <summary>When the row is durable: what the phone has been granted is there after a crash.</summary>
    Before = 1,
}
