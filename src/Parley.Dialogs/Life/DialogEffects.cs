namespace Parley.Dialogs;

/// <summary>What a step of the state machine asks for. What is done under the lock stands first; <see cref="DialogActionRunner"/> has the order of the rest.</summary>
[Flags]
internal enum DialogEffects
{
    None = 0,

    // Under the lock, with the change of state ---------------------------------------------------------------------

    /// <summary>Start time set, lifetime and no-ACK timers started.</summary>
    Answered = 1 << 0,

    /// <summary>No-ACK timer off, pings on.</summary>
    Acknowledged = 1 << 1,

    /// <summary>Every timer off but the delete delay, which starts.</summary>
    Ended = 1 << 2,

    /// <summary>Remembers that the call had its end (a BYE, the lifetime), so that a late 2xx revives nothing.</summary>
    RememberBye = 1 << 3,

    /// <summary>One more failed dialog.</summary>
    CountFailed = 1 << 4,

    /// <summary>One more expired dialog.</summary>
    CountExpired = 1 << 5,

    /// <summary>Out of the table.</summary>
    Unlink = 1 << 6,

    // After the lock -----------------------------------------------------------------------------------------------

    /// <summary>The state-changed event, before the callbacks.</summary>
    StateChanged = 1 << 8,

    /// <summary>Off every profile.</summary>
    LeaveProfiles = 1 << 9,

    /// <summary>May enter profiles again: a late 2xx revived it.</summary>
    ReopenProfiles = 1 << 25,

    /// <summary>Logged as out of place; the message goes on.</summary>
    Bogus = 1 << 10,

    RunCreated = 1 << 11,
    RunResponseForwarded = 1 << 12,
    RunEarly = 1 << 13,
    RunConfirmed = 1 << 14,
    RunFailed = 1 << 15,
    RunRequestWithin = 1 << 16,
    RunResponseWithin = 1 << 17,
    RunTerminated = 1 << 18,
    RunExpired = 1 << 19,

    /// <summary>CANCEL on every branch of the initial INVITE.</summary>
    CancelBranches = 1 << 20,

    /// <summary>BYE to both ends of every leg that is up.</summary>
    SendByes = 1 << 21,

    /// <summary>BYE to both ends of one leg, while the call goes on with another.</summary>
    SendLegByes = 1 << 27,

    /// <summary>The dialog is over for the stores.</summary>
    Forget = 1 << 22,

    /// <summary>Something but the state changed: CSeq, contact, timeout, values, profiles.</summary>
    Update = 1 << 23,

    /// <summary>The on-timeout hooks, and then the end of the lifetime unless one of them extended it.</summary>
    RunTimeout = 1 << 26,

    /// <summary>What came before is on the feed: a response may wait for it to be durable.</summary>
    AwaitDurable = 1 << 28,

    /// <summary>The last callback, then the free functions.</summary>
    RunDestroy = 1 << 24,
}
