namespace Parley.Server.Demo;

/// <summary>What becomes of a call of the demo.</summary>
internal enum DemoCallKind
{
    /// <summary>It rings, is answered, and one side hangs up.</summary>
    Answered,

    /// <summary>486 from the phone.</summary>
    Busy,

    /// <summary>603 from the phone.</summary>
    Declined,

    /// <summary>It rings until the caller gives up.</summary>
    Unanswered,

    /// <summary>The caller hangs up while it rings.</summary>
    Cancelled,

    /// <summary>To a queue, which takes a few calls at once.</summary>
    Queued,

    /// <summary>To a user that is not there: 404.</summary>
    Unknown,

    /// <summary>Outwards by the gateway.</summary>
    Outward,

    /// <summary>Outwards, where the first gateway is silent and the second takes it.</summary>
    Failover,

    /// <summary>Outwards by a gateway that is silent.</summary>
    Silent,

    /// <summary>Answered, and the ACK is lost.</summary>
    WithoutAck,

    /// <summary>Answered, and a request in it has a CSeq from before.</summary>
    OldCSeq,
}
