using System.Text;

namespace Parley.Dialogs;

/// <summary>Makes a call's records from its dialog.</summary>
internal static class CallRecordBuilder
{
    /// <summary>The final record of an end that has not been reported yet; null when no record is kept of it. After the last callbacks, so that their values are in it.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="options">Which records are kept.</param>
    /// <param name="withMissedCall">Also what would be the record of a call that none is kept of.</param>
    /// <param name="missedCall">That record.</param>
    public static CallRecord? TakeFinal(Dialog dialog, CallRecordOptions options, bool withMissedCall, out CallRecord? missedCall)
    {
        missedCall = null;
        CallTrack? ended;
        lock (dialog.Lock)
        {
            ended = dialog.Tracking.TakeEnd();
        }

        if (ended is null)
            return null;
        if (ended.Answer != 0 || options.MissedCalls)
            return Build(dialog, ended, options, 0, ended.End, ended.ToTag);
        if (withMissedCall)
            missedCall = Build(dialog, ended, options, 0, ended.End, ended.ToTag);
        return null;
    }

    /// <summary>The intermediate record that is due; null when none is.</summary>
    public static CallRecord? TakeIntermediate(Dialog dialog, CallRecords records)
    {
        CallTrack track;
        int number;
        long now = dialog.Runtime.UnixMilliseconds;
        string tag;
        lock (dialog.Lock)
        {
            number = dialog.Tracking.TakeIntermediate(in dialog.Life, records, now);
            if (number == 0)
                return null;
            track = dialog.Tracking.Track!;
            tag = dialog.ToTag;
        }

        return Build(dialog, track, records.Options, number, now, tag);
    }

    private static CallRecord Build(Dialog dialog, CallTrack track, CallRecordOptions options, int number, long end, string toTag) =>
        new()
        {
            DialogId = dialog.Id,
            Start = DateTimeOffset.FromUnixTimeMilliseconds(track.Start),
            Ring = TimeOrNull(track.Ring),
            Answer = TimeOrNull(track.Answer),
            End = DateTimeOffset.FromUnixTimeMilliseconds(end),
            Number = number,
            CallId = dialog.CallId,
            FromUri = dialog.FromUri,
            FromTag = dialog.FromTag,
            ToUri = dialog.ToUri,
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
            Values = ValuesFor(dialog, options.Values),
        };

    private static KeyValuePair<string, string>[] ValuesFor(Dialog dialog, IList<string> names)
    {
        if (names.Count == 0)
            return [];
        var values = new List<KeyValuePair<string, string>>(names.Count);
        foreach (string name in names)
        {
            if (dialog.ValueStore.TryGet(Encoding.UTF8.GetBytes(name), out ReadOnlySpan<byte> value))
                values.Add(new(name, Encoding.UTF8.GetString(value)));
        }

        return [.. values];
    }

    private static DateTimeOffset? TimeOrNull(long milliseconds) =>
        milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
