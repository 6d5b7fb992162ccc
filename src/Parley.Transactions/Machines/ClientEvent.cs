namespace Parley.Transactions;

/// <summary>What a client machine can meet.</summary>
internal enum ClientEvent : byte
{
    /// <summary>A 1xx.</summary>
    Provisional,

    /// <summary>A 2xx.</summary>
    Success,

    /// <summary>A 3xx to 6xx.</summary>
    Failure,

    /// <summary>Timers A, E.</summary>
    RetransmitTimer,

    /// <summary>Timers B, D, F, K, M.</summary>
    ExpireTimer,

    /// <summary>A request could not be sent.</summary>
    TransportError,
}
