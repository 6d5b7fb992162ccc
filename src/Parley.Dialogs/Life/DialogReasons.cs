namespace Parley.Dialogs;

/// <summary>The reasons of ends that the proxy itself names, in the words of OpenSIPS.</summary>
internal static class DialogReasons
{
    /// <summary>A BYE that went to the caller.</summary>
    public const string UpstreamBye = "Upstream BYE";

    /// <summary>A BYE that went to the callee.</summary>
    public const string DownstreamBye = "Downstream BYE";

    public const string Cancelled = "Cancelled";
    public const string LifetimeTimeout = "Lifetime Timeout";
    public const string RaceCondition = "SIP Race Condition";

    /// <summary>Ended by the management side.</summary>
    public const string Management = "MI Termination";

    public const string PingTimeout = "Ping Timeout";
    public const string ReinvitePingTimeout = "ReINVITE Ping Timeout";

    // Not in OpenSIPS, which has no such timers.
    public const string NoAck = "No ACK";
    public const string PrackFailed = "PRACK Failed";
    public const string NoAnswer = "No Answer";

    /// <summary>Came back from a store, and its INVITE came again.</summary>
    public const string Superseded = "Superseded";
}
