using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// What a dialog keeps for the record of its call: a struct inside <see cref="Dialog"/> and the only writer of the track. Without call records there
/// is no track, and each of its methods costs one look at a null. Under the dialog's lock. Times in unix milliseconds.
/// </summary>
internal struct CallTracking
{
    private CallTrack? _track;

    /// <summary>For the row of a store; null without call records.</summary>
    public readonly CallTrack? Track => _track;

    public readonly bool IsOn => _track is not null;

    /// <summary>Before the dialog is in the table: the call's record begins.</summary>
    public void Begin(long start, ReadOnlySpan<byte> requestUri, in SipFlow source) =>
        _track = new CallTrack(start, requestUri.ToArray(), CallTrack.Place(source));

    /// <summary>After a restart, before the dialog is in the table: the track that the row had. Without one, what the row itself says is all that is known.</summary>
    public void Restore(CallTrack? stored, long answer, CallRecords records, long now)
    {
        _track = stored ?? new CallTrack(answer, [], []);
        if (_track.Answer == 0)
            _track.Answer = answer;
        if (_track.StatusCode == 0)
            _track.StatusCode = 200;
        // One that fell into the time away is made at once; the store drops it where it is there already.
        _track.Intermediates = Math.Max(0, records.NumberAt(_track.Answer, now) - 1);
    }

    /// <summary>No record is made of the call.</summary>
    public void Drop() => _track = null;

    /// <summary>A copy of the INVITE is about to leave, or its 2xx goes to the caller.</summary>
    public readonly void OnBranch(SipBranch? branch)
    {
        if (branch is not null)
            _track?.OnBranch(branch);
    }

    /// <summary>Before the step: a response to the initial INVITE goes to the caller.</summary>
    public readonly void OnReply(in DialogLife life, DialogEvent what, SipBranch? branch, SipMessage? reply, int statusCode, long now)
    {
        if (_track is not { } track || !life.IsEarly)
            return;
        if (what == DialogEvent.Provisional)
            track.OnProvisional(statusCode, now);
        else if (what == DialogEvent.Failure)
            track.OnFailure(branch, reply, statusCode);
    }

    /// <summary>A BYE arrives, or the proxy's own begin; what began before goes on while <paramref name="isByeUnderWay"/>.</summary>
    public readonly void OnEndBegins(long now, bool isByeUnderWay) => _track?.OnEndBegins(now, isByeUnderWay);

    /// <summary>After a step that answered, ended or began to end the call.</summary>
    /// <param name="life">The state after it.</param>
    /// <param name="what">What happened.</param>
    /// <param name="effects">Of the step.</param>
    /// <param name="callee">The leg that answered.</param>
    /// <param name="isByeUnderWay">Whether a BYE is under way, or one of the proxy's own has begun.</param>
    /// <param name="hasFailureRecords">A call that failed has a record of its own.</param>
    /// <param name="now">The time.</param>
    public void OnStep(
        in DialogLife life,
        DialogEvent what,
        DialogEffects effects,
        DialogLeg? callee,
        bool isByeUnderWay,
        bool hasFailureRecords,
        long now
    )
    {
        CallTrack track = _track!;
        if ((effects & DialogEffects.Answered) != 0)
        {
            if (track.End != 0)
                _track = track = track.Revive(now, hasFailureRecords);
            track.OnAnswered(life.StartTime);
        }
        else if ((effects & DialogEffects.Ended) != 0)
        {
            if (track.Answer == 0)
                OnFailed(track, life, what, now);
            else
                track.OnOver(now, EndedBy(life.Reason), life.Reason, callee?.Tag ?? "");
        }
        else if ((effects & DialogEffects.SendByes) != 0)
        {
            track.OnEndBegins(now, isByeUnderWay);
        }
    }

    /// <summary>The end whose record is not made yet; null when there is none. It counts as reported from now on.</summary>
    public readonly CallTrack? TakeEnd() => _track?.TakeEnd();

    /// <summary>The number of the intermediate record that is due, which counts as made from now on; 0 when none is.</summary>
    public readonly int TakeIntermediate(in DialogLife life, CallRecords records, long now)
    {
        if (_track is not { } track || !life.IsAnswered)
            return 0;
        int number = records.NumberAt(track.Answer, now);
        if (number <= track.Intermediates)
            return 0;
        track.Intermediates = number;
        return number;
    }

    private static void OnFailed(CallTrack track, in DialogLife life, DialogEvent what, long now)
    {
        bool isEnding = life.Has(InternalFlags.Ending);
        bool hasGivenUp = life.Has(InternalFlags.Cancelled | InternalFlags.ByeSeen);
        if (what == DialogEvent.EarlyOver)
            track.OnFailure(isEnding || hasGivenUp ? 487 : 408); // what its branches are cancelled with, or what ended it
        else if (what == DialogEvent.TransactionGone)
            track.OnFailure(0);
        CallEndedBy by =
            isEnding ? CallEndedBy.Proxy
            : hasGivenUp && (!track.IsOfTarget || track.StatusCode == 487) ? CallEndedBy.Caller
            : track.IsOfTarget ? CallEndedBy.Callee
            : track.StatusCode == 408 ? CallEndedBy.Timeout
            : CallEndedBy.Proxy;
        track.OnOver(now, by, life.Reason, "");
    }

    private static CallEndedBy EndedBy(string? reason) =>
        reason switch
        {
            DialogReasons.UpstreamBye => CallEndedBy.Callee,
            DialogReasons.DownstreamBye => CallEndedBy.Caller,
            DialogReasons.LifetimeTimeout or DialogReasons.NoAck => CallEndedBy.Timeout,
            _ => CallEndedBy.Proxy,
        };
}
