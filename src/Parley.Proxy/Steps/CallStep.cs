namespace Parley.Proxy;

/// <summary>What this element can do or see in a call that its messages alone do not show. The numbers are kept in files: they do not change.</summary>
public enum CallStep : byte
{
    /// <summary>Not a step: what a default value holds.</summary>
    None = 0,

    /// <summary>A response of this element's own refuses a request. Number: the status. Detail: why.</summary>
    Refused = 1,

    /// <summary>A branch ended without a response. Number: the status that it counts as. Further: the <see cref="FailureReason"/>. Detail: where it went.</summary>
    BranchFailed = 2,

    /// <summary>A branch was given up for another address of the same target (RFC 3263 4.3). Detail: where it went.</summary>
    Failover = 3,

    /// <summary>A branch is cancelled because it took too long. Detail: where it went.</summary>
    BranchTimedOut = 4,

    /// <summary>An application or a rule decided where the request goes. Detail: the rule.</summary>
    Routed = 5,

    /// <summary>A call is tracked as a dialog from now on. Further: the status of nothing.</summary>
    DialogCreated = 16,

    /// <summary>The dialog's state changed. Number: the old state. Further: the new one. Detail: why it ended.</summary>
    StateChanged = 17,

    /// <summary>A request was found to be the dialog's by the id in its Route. Number: its CSeq. Detail: its method.</summary>
    MatchedById = 18,

    /// <summary>A request was found to be the dialog's by Call-ID and tags alone, though its Route should have had the id. Number: its CSeq. Detail: its method.</summary>
    MatchedByCallId = 19,

    /// <summary>A request left with another CSeq than it came with. Number: as it came. Further: as it left. Detail: its method.</summary>
    Renumbered = 20,

    /// <summary>A request came where the dialog's state has no place for it. Number: its CSeq. Further: the state. Detail: its method.</summary>
    OutOfPlace = 21,

    /// <summary>A request's target or Routes were not those of the dialog and were put right. Number: its CSeq. Detail: its method.</summary>
    CoursePutRight = 22,

    /// <summary>A Contact cannot be read as a URI. Detail: <c>caller</c> or <c>callee</c>.</summary>
    ContactUnreadable = 23,

    /// <summary>A 2xx came after the CANCEL or after a BYE (RFC 5407).</summary>
    LateAnswer = 24,

    /// <summary>This element begins to end an answered call by BYEs. Detail: why.</summary>
    EndingByBye = 25,

    /// <summary>This element cancels the branches of a call. Detail: why.</summary>
    EndingByCancel = 26,

    /// <summary>Pings found a leg dead. Detail: which leg and why.</summary>
    PingFailed = 27,

    /// <summary>A profile's limit refused the call. Number: the limit. Detail: profile and value.</summary>
    LimitReached = 28,

    /// <summary>A BYE between the parties got no answer from the other party. Number: its CSeq.</summary>
    ByeUnanswered = 29,
}
