using Microsoft.Extensions.Logging;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>What events and webhooks log, under the categories Parley.Management.Events and Parley.Management.Webhooks; event ids 7220 to 7230.</summary>
internal static partial class WebhookLog
{
    [LoggerMessage(7220, LogLevel.Information, "Webhooks: {Kinds} to {Target}; {Waiting} events wait from before")]
    public static partial void Sends(ILogger log, string kinds, string target, long waiting);

    [LoggerMessage(7221, LogLevel.Warning, "Webhooks to {Target} are not signed: a secret is missing")]
    public static partial void Unsigned(ILogger log, string target);

    [LoggerMessage(7222, LogLevel.Warning, "The webhook target {Target} takes no events ({Reason}): they wait, and it will be tried again")]
    public static partial void Failed(ILogger log, string target, string reason);

    [LoggerMessage(7223, LogLevel.Information, "The webhook target {Target} takes events again after {Seconds} s; {Waiting} wait")]
    public static partial void Works(ILogger log, string target, long seconds, long waiting);

    [LoggerMessage(
        7224,
        LogLevel.Warning,
        "The webhook target {Target} refuses event {Id} of call-id={CallId} did={Dialog} with {Status}: it is put aside in {File}"
    )]
    public static partial void Refused(ILogger log, string target, string id, string callId, string dialog, int status, string file);

    [LoggerMessage(
        7225,
        LogLevel.Error,
        "Events for the webhook target {Target} are dropped: its queue has {Bytes} bytes, {Waiting} events wait"
    )]
    public static partial void Dropping(ILogger log, string target, long bytes, long waiting);

    [LoggerMessage(
        7226,
        LogLevel.Warning,
        "The queue of the webhook target {Target} takes events again; {Dropped} were dropped since the start"
    )]
    public static partial void DropsOver(ILogger log, string target, long dropped);

    [LoggerMessage(7227, LogLevel.Error, "The queue of the webhook target {Target} cannot be written")]
    public static partial void DiskFailed(ILogger log, Exception failure, string target);

    [LoggerMessage(
        7228,
        LogLevel.Error,
        "The queue of the webhook target {Target} has {Bytes} bytes that cannot be read; the events in them are lost"
    )]
    public static partial void Torn(ILogger log, string target, long bytes);

    [LoggerMessage(7230, LogLevel.Error, "An event of dialog {Dialog} could not be made; the others go on")]
    public static partial void EventFailed(ILogger log, Exception failure, DialogId dialog);
}
