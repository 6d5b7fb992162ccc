using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Server.Calls;

/// <summary>
/// One line for every attempt to call, answered or not, and one when a call ends (category <c>Parley.Calls</c>); one for each REGISTER and each
/// request with a To tag that is refused. Off, a request costs one look at the level.
/// </summary>
internal sealed partial class CallLog : IProxyModule
{
    private readonly ConcurrentBag<CallAttempt> _attempts = [];
    private readonly RefusalLog _refusals;
    private readonly ILogger _log;
    private readonly TimeProvider _time;

    public CallLog(ILoggerFactory loggers, TimeProvider time)
    {
        _log = loggers.CreateLogger("Parley.Calls");
        _time = time;
        _refusals = new RefusalLog(loggers);
    }

    /// <summary>Follows the calls that are answered to their end.</summary>
    public void Follow(IDialogApi dialogs) => dialogs.Register(null, DialogCallbackTypes.Created, OnCreated);

    public void OnArrived(SipContext context)
    {
        if (context.Method != SipMethod.Invite || context.IsInDialog || !_log.IsEnabled(LogLevel.Information))
            return;
        if (!_attempts.TryTake(out var attempt))
            attempt = new CallAttempt(this);
        attempt.Start(_time.GetTimestamp());
        context.Set(attempt);
        context.Observe(attempt);
    }

    public void OnRefusing(SipContext context, int statusCode) => _refusals.Write(context, statusCode);

    public void OnRequest(SipContext context) { }

    public void OnRouted(SipContext context) { }

    internal void Return(CallAttempt attempt) => _attempts.Add(attempt);

    internal void Answered(SipContext context, CallAttempt attempt, SipBranch? branch)
    {
        var request = context.Request;
        Started(
            LogWords.Word(request.CallId),
            context.Dialog?.Id.ToString() ?? "-",
            LogWords.UriOf(request.From),
            LogWords.UriOf(request.To),
            LogWords.Of(context.Source),
            LogWords.Word(branch is null ? request.RequestUri : branch.RequestUri),
            branch?.Flow.Remote.ToString() ?? CallOutcome.ByProxy,
            LogWords.Seconds(_time.GetElapsedTime(attempt.Begin))
        );
    }

    internal void Failed(SipContext context, CallAttempt attempt, SipBranch? branch, SipMessage? reply, int status)
    {
        var request = context.Request;
        var outcome = CallOutcome.Of(context, attempt.Why, branch, reply, status);
        Failed(
            LogWords.Word(request.CallId),
            context.Dialog?.Id.ToString() ?? "-",
            LogWords.UriOf(request.From),
            LogWords.UriOf(request.To),
            LogWords.Of(context.Source),
            LogWords.Word(outcome.Branch is null ? request.RequestUri : outcome.Branch.RequestUri),
            outcome.Status,
            outcome.By,
            outcome.Reason,
            LogWords.Seconds(_time.GetElapsedTime(attempt.Begin))
        );
    }

    private void OnCreated(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters) =>
        dialog.On(DialogCallbackTypes.Terminated | DialogCallbackTypes.Expired, OnEnded);

    private void OnEnded(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        if (!_log.IsEnabled(LogLevel.Information))
            return;
        var duration = dialog.StartTime is { } start ? _time.GetUtcNow() - start : TimeSpan.Zero;
        Ended(dialog.CallId, dialog.Id, dialog.FromUri, dialog.ToUri, dialog.TerminationReason, (long)duration.TotalSeconds);
    }

    [LoggerMessage(
        5001,
        LogLevel.Information,
        "Call started call-id={CallId} did={Did} from={From} to={To} source={Source} target={Target} by={By} setup={Setup}",
        SkipEnabledCheck = true
    )]
    private partial void Started(string callId, string did, string from, string to, string source, string target, string by, string setup);

    [LoggerMessage(
        5002,
        LogLevel.Information,
        "Call ended call-id={CallId} did={Did} from={From} to={To} reason=\"{Reason}\" seconds={Seconds}",
        SkipEnabledCheck = true
    )]
    private partial void Ended(string callId, DialogId did, string from, string to, string? reason, long seconds);

    [LoggerMessage(
        5003,
        LogLevel.Information,
        "Call failed call-id={CallId} did={Did} from={From} to={To} source={Source} target={Target} status={Status} by={By} reason=\"{Reason}\" setup={Setup}",
        SkipEnabledCheck = true
    )]
    private partial void Failed(
        string callId,
        string did,
        string from,
        string to,
        string source,
        string target,
        int status,
        string by,
        string reason,
        string setup
    );
}
