namespace Parley.Management;

/// <summary>The marks of what can be abnormal about a call, with what each says.</summary>
internal static class CallMarks
{
    public const string NoAck = "noAck";
    public const string NoResponse = "noResponse";
    public const string ByeUnanswered = "byeUnanswered";
    public const string DoubleBye = "doubleBye";
    public const string LateAnswer = "late2xx";
    public const string LateCancel = "lateCancel";
    public const string Glare = "glare";
    public const string WrongCSeq = "wrongCSeq";
    public const string FallbackMatching = "fallbackMatching";
    public const string Unmatched = "unmatched";
    public const string ForeignSource = "foreignSource";
    public const string WrongTarget = "wrongTarget";
    public const string OutOfPlace = "outOfPlace";
    public const string UnroutableContact = "unroutableContact";
    public const string Unreachable = "unreachable";
    public const string Failover = "failover";
    public const string NoRecordRoute = "noRecordRoute";
    public const string RetransmissionStorm = "retransmissionStorm";
    public const string Malformed = "malformed";
    public const string PingFailed = "pingFailed";
    public const string LifetimeOver = "lifetimeOver";
    public const string Limit = "limit";
    public const string BadPassword = "badPassword";
    public const string Loop = "loop";
    public const string MaxForwards = "maxForwards";
    public const string NotAcceptable = "notAcceptable";

    /// <summary>Every mark, and what it says.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [NoAck] = "the answer was never acknowledged",
            [NoResponse] = "a target gave no response at all",
            [ByeUnanswered] = "the other side did not answer the BYE",
            [DoubleBye] = "a second BYE came",
            [LateAnswer] = "the answer crossed the caller's CANCEL or BYE",
            [LateCancel] = "a CANCEL came after the final response",
            [Glare] = "both sides changed the session at once (491)",
            [WrongCSeq] = "a request had a CSeq below the last one",
            [FallbackMatching] = "a request had no id in its Route and was matched by Call-ID and tags",
            [Unmatched] = "a request belonged to no call (481)",
            [ForeignSource] = "a request of the call came from elsewhere than its party",
            [WrongTarget] = "a request had a target or Routes that are not the call's",
            [OutOfPlace] = "a request came in a state that has no place for it",
            [UnroutableContact] = "a Contact is missing or cannot be called",
            [Unreachable] = "a target has no address or cannot be reached",
            [Failover] = "a target failed and another was tried",
            [NoRecordRoute] = "the INVITE left without a Record-Route: later requests do not come by here",
            [RetransmissionStorm] = "a message came again and again",
            [Malformed] = "a message could not be read",
            [PingFailed] = "a side did not answer the pings any more",
            [LifetimeOver] = "the lifetime of the call was over",
            [Limit] = "a limit refused it",
            [BadPassword] = "credentials were refused again and again",
            [Loop] = "the request came back here (482)",
            [MaxForwards] = "Max-Forwards was used up (483)",
            [NotAcceptable] = "the session description was refused (488 or 606)",
        };
}
