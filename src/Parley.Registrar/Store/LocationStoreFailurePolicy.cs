namespace Parley.Registrar;

/// <summary>What becomes of a REGISTER that has to be durable before its 2xx while the store is away, full or too slow.</summary>
public enum LocationStoreFailurePolicy : byte
{
    /// <summary>It is answered 2xx from memory; the row is written when the store returns.</summary>
    Degrade = 0,

    /// <summary>It is answered 503 with Retry-After and changes nothing.</summary>
    Refuse = 1,
}
