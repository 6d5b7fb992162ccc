using System.Diagnostics;
using System.Text;
using Parley.Dialogs;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Management;

/// <summary>
/// The trace of one call: a span for the whole, one while it rings, one for each branch, and an event for each request within it. Its INVITE and its dialog may
/// report at the same time, so a lock guards it.
/// </summary>
internal sealed class CallTrace(ActivitySource source, Activity call, TimeProvider time) : RelayObserver
{
    // A party may send a hundred thousand re-INVITEs; the trace does not keep as many events.
    private const int MaxEvents = 128;

    /// <summary>What it wants to know of its dialog.</summary>
    public const DialogCallbackTypes Moments =
        DialogCallbackTypes.Early
        | DialogCallbackTypes.Confirmed
        | DialogCallbackTypes.Failed
        | DialogCallbackTypes.RequestWithin
        | DialogCallbackTypes.Terminated
        | DialogCallbackTypes.Expired
        | DialogCallbackTypes.Destroy;

    private readonly Lock _lock = new();
    private readonly List<Activity?> _branches = [];
    private Activity? _ringing;
    private DateTimeOffset _endedAt;
    private int _events;
    private bool _isStopped;

    /// <summary>A moment of the dialog.</summary>
    public void On(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        lock (_lock)
        {
            if (_isStopped)
                return;
            switch (type)
            {
                case DialogCallbackTypes.Early:
                    _ringing = Start("INVITE ringing", ActivityKind.Internal);
                    break;
                case DialogCallbackTypes.Confirmed:
                    _endedAt = default; // a late 2xx revives a call that had failed
                    call.SetStatus(ActivityStatusCode.Unset);
                    call.SetTag("sip.response.status_code", parameters.Message?.StatusCode ?? 200);
                    call.AddEvent(new ActivityEvent("answered", time.GetUtcNow()));
                    EndRinging();
                    break;
                case DialogCallbackTypes.RequestWithin when parameters.Message is { } request:
                    AddRequest(request, parameters.Direction);
                    break;
                case DialogCallbackTypes.Failed or DialogCallbackTypes.Terminated or DialogCallbackTypes.Expired:
                    End(dialog, type, parameters);
                    break;
                case DialogCallbackTypes.Destroy:
                    StopAll(dialog);
                    break;
            }
        }
    }

    public override void OnBranch(SipContext context, SipBranch? branch, SipEdits edits)
    {
        if (branch is null)
            return;
        lock (_lock)
        {
            if (_isStopped)
                return;
            while (_branches.Count <= branch.Index)
                _branches.Add(null);
            if (_branches[branch.Index] is { } failed)
            {
                failed.AddEvent(new ActivityEvent("failover", time.GetUtcNow()));
                CallAttributes.Flow(failed, branch.Flow);
                return;
            }

            if (Start("INVITE branch", ActivityKind.Client) is not { } span)
                return;
            _branches[branch.Index] = span;
            CallAttributes.Protocol(span);
            span.SetTag("sip.request.method", "INVITE");
            CallAttributes.Uri(span, branch.RequestUri);
            CallAttributes.Flow(span, branch.Flow);
            span.SetTag("sip.branch.id", Encoding.ASCII.GetString(branch.ViaBranch));
        }
    }

    public override void OnBranchReply(SipContext context, SipBranch branch, SipMessage reply)
    {
        lock (_lock)
        {
            if (branch.Index >= _branches.Count || _branches[branch.Index] is not { } span || span.IsStopped)
                return;
            int status = reply.StatusCode;
            if (status < 200)
            {
                if (status > 100)
                    span.AddEvent(new ActivityEvent($"{status}", time.GetUtcNow()));
                return;
            }

            CallAttributes.Status(span, status, reply);
            CallAttributes.Outcome(span, status);
            Stop(span, time.GetUtcNow());
        }
    }

    public override void OnCancelled(SipContext context, SipMessage cancel)
    {
        lock (_lock)
        {
            if (!_isStopped)
                call.AddEvent(new ActivityEvent("CANCEL", time.GetUtcNow()));
        }
    }

    public override void OnCompleted(SipContext context)
    {
        lock (_lock)
        {
            foreach (Activity? span in _branches)
            {
                // No final response came: it timed out, could not be sent, or was given up.
                if (span is { IsStopped: false })
                {
                    span.SetTag("error.type", "no_response");
                    Stop(span, time.GetUtcNow());
                }
            }
        }
    }

    private void AddRequest(SipMessage request, DialogDirection direction)
    {
        if (++_events > MaxEvents)
            return;
        call.AddEvent(
            new ActivityEvent(
                Encoding.ASCII.GetString(request.MethodText),
                time.GetUtcNow(),
                new ActivityTagsCollection
                {
                    ["sip.cseq"] = (long)request.CSeqNumber,
                    ["sip.direction"] = direction == DialogDirection.Downstream ? "downstream" : "upstream",
                }
            )
        );
    }

    private void End(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        _endedAt = time.GetUtcNow();
        EndRinging();
        if (type == DialogCallbackTypes.Failed)
        {
            int status = parameters.Message?.StatusCode ?? parameters.Failure.StatusCode;
            CallAttributes.Status(call, status, parameters.Message);
            CallAttributes.Outcome(call, status);
        }

        call.SetTag("sip.dialog.end", type.ToString().ToLowerInvariant());
        if (dialog.TerminationReason is { } reason)
            call.SetTag("sip.dialog.end.reason", reason);
    }

    private void StopAll(Dialog dialog)
    {
        _isStopped = true;
        EndRinging();
        if (_events > MaxEvents)
            call.SetTag("sip.dialog.events.dropped", _events - MaxEvents);
        if (dialog.TerminationReason is { } reason)
            call.SetTag("sip.dialog.end.reason", reason);
        Stop(call, _endedAt == default ? time.GetUtcNow() : _endedAt);
    }

    private void EndRinging()
    {
        if (_ringing is not { } ringing)
            return;
        _ringing = null;
        Stop(ringing, time.GetUtcNow());
    }

    private Activity? Start(string name, ActivityKind kind)
    {
        Activity? current = Activity.Current;
        Activity? span = source.StartActivity(name, kind, call.Context, startTime: time.GetUtcNow());
        Activity.Current = current;
        return span;
    }

    /// <summary>Stopping would make another activity the current one of this thread.</summary>
    private static void Stop(Activity span, DateTimeOffset at)
    {
        Activity? current = Activity.Current;
        span.SetEndTime(at.UtcDateTime);
        span.Stop();
        Activity.Current = current;
    }
}
