namespace Parley.Sip;

/// <summary>The headers known by name (RFC 3261 20 and the registry); any other is <see cref="Other"/> and is found by its text.</summary>
public enum SipHeaderName : byte
{
    /// <summary>A header this table has no name for.</summary>
    Other,

    /// <summary>Via, compact form v.</summary>
    Via,

    /// <summary>From, compact form f.</summary>
    From,

    /// <summary>To, compact form t.</summary>
    To,

    /// <summary>Call-ID, compact form i.</summary>
    CallId,

    /// <summary>CSeq.</summary>
    CSeq,

    /// <summary>Contact, compact form m.</summary>
    Contact,

    /// <summary>Max-Forwards.</summary>
    MaxForwards,

    /// <summary>Route.</summary>
    Route,

    /// <summary>Record-Route.</summary>
    RecordRoute,

    /// <summary>Require.</summary>
    Require,

    /// <summary>Proxy-Require.</summary>
    ProxyRequire,

    /// <summary>Supported, compact form k.</summary>
    Supported,

    /// <summary>Unsupported.</summary>
    Unsupported,

    /// <summary>Allow.</summary>
    Allow,

    /// <summary>Accept.</summary>
    Accept,

    /// <summary>Expires.</summary>
    Expires,

    /// <summary>Min-Expires.</summary>
    MinExpires,

    /// <summary>Content-Length, compact form l.</summary>
    ContentLength,

    /// <summary>Content-Type, compact form c.</summary>
    ContentType,

    /// <summary>Content-Encoding, compact form e.</summary>
    ContentEncoding,

    /// <summary>RAck.</summary>
    RAck,

    /// <summary>RSeq.</summary>
    RSeq,

    /// <summary>Authorization.</summary>
    Authorization,

    /// <summary>Proxy-Authorization.</summary>
    ProxyAuthorization,

    /// <summary>WWW-Authenticate.</summary>
    WwwAuthenticate,

    /// <summary>Proxy-Authenticate.</summary>
    ProxyAuthenticate,

    /// <summary>Path.</summary>
    Path,

    /// <summary>Service-Route.</summary>
    ServiceRoute,

    /// <summary>Retry-After.</summary>
    RetryAfter,

    /// <summary>Reason.</summary>
    Reason,

    /// <summary>Date.</summary>
    Date,

    /// <summary>Event, compact form o.</summary>
    Event,

    /// <summary>Subscription-State.</summary>
    SubscriptionState,

    /// <summary>Refer-To, compact form r.</summary>
    ReferTo,

    /// <summary>Referred-By, compact form b.</summary>
    ReferredBy,

    /// <summary>Replaces.</summary>
    Replaces,

    /// <summary>Session-Expires, compact form x.</summary>
    SessionExpires,

    /// <summary>Min-SE.</summary>
    MinSe,

    /// <summary>User-Agent.</summary>
    UserAgent,

    /// <summary>Server.</summary>
    Server,

    /// <summary>Warning.</summary>
    Warning,

    /// <summary>Timestamp.</summary>
    Timestamp,

    /// <summary>Subject, compact form s.</summary>
    Subject,

    /// <summary>Allow-Events, compact form u.</summary>
    AllowEvents,

    /// <summary>P-Asserted-Identity.</summary>
    PAssertedIdentity,

    /// <summary>Diversion.</summary>
    Diversion,

    /// <summary>Accept-Contact, compact form a.</summary>
    AcceptContact,

    /// <summary>Accept-Encoding.</summary>
    AcceptEncoding,

    /// <summary>Accept-Language.</summary>
    AcceptLanguage,

    /// <summary>Alert-Info.</summary>
    AlertInfo,

    /// <summary>Authentication-Info.</summary>
    AuthenticationInfo,

    /// <summary>Call-Info.</summary>
    CallInfo,

    /// <summary>Content-Disposition.</summary>
    ContentDisposition,

    /// <summary>Content-Language.</summary>
    ContentLanguage,

    /// <summary>Error-Info.</summary>
    ErrorInfo,

    /// <summary>Flow-Timer.</summary>
    FlowTimer,

    /// <summary>Geolocation.</summary>
    Geolocation,

    /// <summary>History-Info.</summary>
    HistoryInfo,

    /// <summary>Identity, compact form y.</summary>
    Identity,

    /// <summary>Identity-Info, compact form n.</summary>
    IdentityInfo,

    /// <summary>In-Reply-To.</summary>
    InReplyTo,

    /// <summary>Info-Package.</summary>
    InfoPackage,

    /// <summary>Join.</summary>
    Join,

    /// <summary>MIME-Version.</summary>
    MimeVersion,

    /// <summary>Organization.</summary>
    Organization,

    /// <summary>P-Access-Network-Info.</summary>
    PAccessNetworkInfo,

    /// <summary>P-Charging-Vector.</summary>
    PChargingVector,

    /// <summary>P-Preferred-Identity.</summary>
    PPreferredIdentity,

    /// <summary>Priority.</summary>
    Priority,

    /// <summary>Privacy.</summary>
    Privacy,

    /// <summary>Recv-Info.</summary>
    RecvInfo,

    /// <summary>Reject-Contact, compact form j.</summary>
    RejectContact,

    /// <summary>Reply-To.</summary>
    ReplyTo,

    /// <summary>Request-Disposition, compact form d.</summary>
    RequestDisposition,

    /// <summary>Resource-Priority.</summary>
    ResourcePriority,

    /// <summary>Security-Client.</summary>
    SecurityClient,

    /// <summary>Security-Server.</summary>
    SecurityServer,

    /// <summary>Security-Verify.</summary>
    SecurityVerify,

    /// <summary>SIP-ETag.</summary>
    SipETag,

    /// <summary>SIP-If-Match.</summary>
    SipIfMatch,

    /// <summary>Session-ID.</summary>
    SessionId,

    /// <summary>Target-Dialog.</summary>
    TargetDialog,

    /// <summary>Remote-Party-ID.</summary>
    RemotePartyId,

    /// <summary>User-to-User.</summary>
    UserToUser,

    /// <summary>Max-Breadth (RFC 5393 5.3.3.1).</summary>
    MaxBreadth,
}
