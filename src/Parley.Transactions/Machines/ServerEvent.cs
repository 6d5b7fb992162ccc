namespace Parley.Transactions;

/// <summary>What a server machine can meet.</summary>
internal enum ServerEvent : byte
{
    /// <summary>The same request again.</summary>
    Request,

    /// <summary>INVITE: its ACK.</summary>
    Ack,

    /// <summary>The user sends 1xx.</summary>
    Provisional,

    /// <summary>The user sends 2xx.</summary>
    Success,

    /// <summary>The user sends 3xx to 6xx.</summary>
    Failure,

    /// <summary>Timer G; in Proceeding the timer for 100.</summary>
    RetransmitTimer,

    /// <summary>Timers H, I, J, L.</summary>
    ExpireTimer,

    /// <summary>A response could not be sent.</summary>
    TransportError,
}
