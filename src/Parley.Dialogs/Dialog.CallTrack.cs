using System.Text;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>The dialog's part in call records. Without them there is no track, and each place here costs one look at a null.</summary>
public sealed partial class Dialog
{
    private CallTrack? _track;

    /// <summary>For the row of a store, under the lock; null without call records.</summary>
    internal CallTrack? CallTrack => _track;

    /// <summary>Before it is in the table: the call's record begins.</summary>
    internal void BeginCallTrack(ReadOnlySpan<byte> requestUri, in SipFlow source) =>
        _track = new CallTrack(_createdAt, requestUri.ToArray(), CallTrack.Place(source));

    /// <summary>After <see cref="Restore"/>, before it is in the table: the track that the row had. Without one, what the row itself says is all that is known.</summary>
    internal void RestoreCallTrack(CallTrack? stored)
    {
        if (Runtime.CallRecords is not { } records)
            return;
        long answer = _life.StartTime;
        _track = stored ?? new CallTrack(answer, [], []);
        if (_track.Answer == 0)
            _track.Answer = answer;
        if (_track.StatusCode == 0)
            _track.StatusCode = 200;
        // One that fell into the time away is made at once; the store drops it where it is there already.
        _track.Intermediates = Math.Max(0, records.NumberAt(_track.Answer, Runtime.UnixMilliseconds) - 1);
    }

    /// <summary>A copy of the INVITE is about to leave.</summary>
    internal void TrackBranch(SipBranch? branch)
    {
        if (_track is null || branch is null)
            return;
        lock (Lock)
        {
            if (_life.IsEarly)
                _track.OnBranch(branch);
        }
    }

    /// <summary>The final record of an end that has not been reported yet; null when no record is kept of it. After the last callbacks, so that their values are in it.</summary>
    internal CallRecord? TakeCallRecord(CallRecordOptions options)
    {
        CallTrack? ended;
        lock (Lock)
        {
            ended = _track?.TakeEnd();
        }

        return ended is null || (ended.Answer == 0 && !options.MissedCalls)
            ? null
            : ToCallRecord(ended, options, 0, ended.End, ended.ToTag);
    }

    /// <summary>The intermediate record that is due; null when none is.</summary>
    internal CallRecord? TakeIntermediateRecord(CallRecords records)
    {
        CallTrack? track;
        int number;
        long now;
        string tag;
        lock (Lock)
        {
            track = _track;
            if (track is null || !_life.IsAnswered)
                return null;
            now = Runtime.UnixMilliseconds;
            number = records.NumberAt(track.Answer, now);
            if (number <= track.Intermediates)
                return null;
            track.Intermediates = number;
            tag = ToTag;
        }

        return ToCallRecord(track, records.Options, number, now, tag);
    }

    /// <summary>Under the lock, before the step: a response to the initial INVITE goes to the caller.</summary>
    private void TrackReply(CallTrack track, DialogEvent what, SipBranch? branch, SipMessage? reply, int statusCode)
    {
        if (!_life.IsEarly)
            return;
        if (what == DialogEvent.Provisional)
            track.OnProvisional(statusCode, Runtime.UnixMilliseconds);
        else if (what == DialogEvent.Failure)
            track.OnFailure(branch, reply, statusCode);
    }

    /// <summary>Under the lock, after a step that answered, ended or began to end the call.</summary>
    private void TrackStep(CallTrack track, DialogEvent what, DialogEffects effects)
    {
        long now = Runtime.UnixMilliseconds;
        if ((effects & DialogEffects.Answered) != 0)
        {
            if (track.End != 0)
                _track = track = track.Revive(now, Runtime.CallRecords!.Options.MissedCalls);
            track.OnAnswered(_life.StartTime);
        }
        else if ((effects & DialogEffects.Ended) != 0)
        {
            if (track.Answer == 0)
                OnFailed(track, what, now);
            else
                track.OnOver(now, EndedBy(), _life.Reason, ToTag);
        }
        else if ((effects & DialogEffects.SendByes) != 0)
        {
            track.OnEndBegins(now, _underWay.HasBye || _byes is { HasBegun: true });
        }
    }

    private void OnFailed(CallTrack track, DialogEvent what, long now)
    {
        bool isEnding = _life.Has(InternalFlags.Ending);
        bool hasGivenUp = _life.Has(InternalFlags.Cancelled | InternalFlags.ByeSeen);
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
        track.OnOver(now, by, _life.Reason, "");
    }

    private CallEndedBy EndedBy() =>
        _life.Reason switch
        {
            DialogReasons.UpstreamBye => CallEndedBy.Callee,
            DialogReasons.DownstreamBye => CallEndedBy.Caller,
            DialogReasons.LifetimeTimeout or DialogReasons.NoAck => CallEndedBy.Timeout,
            _ => CallEndedBy.Proxy,
        };

    private CallRecord ToCallRecord(CallTrack track, CallRecordOptions options, int number, long end, string toTag) =>
        new()
        {
            DialogId = Id,
            Start = DateTimeOffset.FromUnixTimeMilliseconds(track.Start),
            Ring = TimeOrNull(track.Ring),
            Answer = TimeOrNull(track.Answer),
            End = DateTimeOffset.FromUnixTimeMilliseconds(end),
            Number = number,
            CallId = CallId,
            FromUri = FromUri,
            FromTag = FromTag,
            ToUri = ToUri,
            ToTag = toTag,
            RequestUri = Encoding.UTF8.GetString(track.RequestUri),
            Source = Encoding.ASCII.GetString(track.Source),
            Target = Encoding.ASCII.GetString(track.Target),
            TargetUri = Encoding.UTF8.GetString(track.TargetUri),
            Disposition = track.Disposition,
            StatusCode = track.StatusCode,
            Reason = track.Reason,
            EndedBy = number > 0 ? CallEndedBy.None : track.EndedBy,
            Node = options.Node,
            Values = ValuesFor(options.Values),
        };

    private KeyValuePair<string, string>[] ValuesFor(IList<string> names)
    {
        if (names.Count == 0)
            return [];
        var values = new List<KeyValuePair<string, string>>(names.Count);
        foreach (string name in names)
        {
            if (ValueStore.TryGet(Encoding.UTF8.GetBytes(name), out ReadOnlySpan<byte> value))
                values.Add(new(name, Encoding.UTF8.GetString(value)));
        }

        return [.. values];
    }

    private static DateTimeOffset? TimeOrNull(long milliseconds) =>
        milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
