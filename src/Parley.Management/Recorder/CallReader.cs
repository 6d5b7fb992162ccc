using System.Diagnostics.CodeAnalysis;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>Reads the ring for those who ask: calls by Call-ID, lists, marks. Readers wait for each other, a call for none of them.</summary>
internal sealed class CallReader : ICallRecorder
{
    private static readonly TimeSpan MarksAge = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CallRing? _ring;
    private readonly CallIndex? _index;
    private readonly RecordDecoder _decoder;
    private readonly CallMarkTable _marks;
    private readonly TimeProvider _time;
    private IReadOnlyDictionary<string, IReadOnlyList<string>>? _abnormal;
    private long _abnormalAt;
    private bool _isClosed;

    /// <param name="ring">The ring; null: nothing is recorded.</param>
    /// <param name="options">What is blanked.</param>
    /// <param name="marks">The marks of calls.</param>
    /// <param name="time">The clock.</param>
    public CallReader(CallRing? ring, RecorderOptions options, CallMarkTable marks, TimeProvider time)
    {
        (_ring, _marks, _time) = (ring, marks, time);
        _index = ring is null ? null : new CallIndex(ring.Memory);
        _decoder = new RecordDecoder(new SecretBlanker(options));
    }

    /// <summary>Records that could not be read; see <see cref="CallIndex.Torn"/>.</summary>
    public int Torn
    {
        get
        {
            lock (_lock)
            {
                if (TryRefresh())
                    return _index.Torn;
                return 0;
            }
        }
    }

    public bool TryGet(string callId, [NotNullWhen(true)] out RecordedCall? call)
    {
        ArgumentNullException.ThrowIfNull(callId);
        lock (_lock)
        {
            call = TryRefresh() && _index.Find(callId) is { } known ? Whole(known) : null;
            return call is not null;
        }
    }

    /// <summary>The call of a dialog, also of one that is over.</summary>
    public bool TryGet(DialogId dialog, [NotNullWhen(true)] out RecordedCall? call)
    {
        lock (_lock)
        {
            call = TryRefresh() && _index.FindByDialog(dialog.Value) is { } known ? Whole(known) : null;
            return call is not null;
        }
    }

    public IEnumerable<RecordedCallSummary> Find(RecordedCallQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Search(query, long.MaxValue);
    }

    /// <summary>As <see cref="Find"/>, from those on that began at a time or before.</summary>
    public IEnumerable<RecordedCallSummary> Search(RecordedCallQuery query, long latestTicks)
    {
        long since = query.Since?.UtcTicks ?? 0;
        IndexedCall[] calls;
        lock (_lock)
        {
            if (!TryRefresh())
                yield break;
            calls =
            [
                .. _index
                    .Calls.Where(call =>
                        call.FirstTicks <= latestTicks && call.LastTicks >= since && (query.CallId is null || query.CallId == call.CallId)
                    )
                    .OrderByDescending(static call => call.FirstTicks)
                    .ThenBy(static call => call.CallId, StringComparer.Ordinal),
            ];
        }

        foreach (IndexedCall call in calls)
        {
            RecordedCallSummary? summary;
            lock (_lock)
            {
                summary = _isClosed ? null : Summary(call);
            }

            if (summary is not null && CallFilter.Matches(query, summary))
                yield return summary;
        }
    }

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Abnormal()
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            if (_abnormal is not null && _time.GetElapsedTime(_abnormalAt, now) < MarksAge)
                return _abnormal;
            if (TryRefresh())
                foreach (IndexedCall call in _index.Calls)
                    Summary(call);
            _abnormalAt = now;
            return _abnormal = _marks
                .ToArray()
                .ToDictionary(static pair => pair.Key, static pair => (IReadOnlyList<string>)pair.Value, StringComparer.Ordinal);
        }
    }

    /// <summary>No reader looks at the ring any more, nor will.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    [MemberNotNullWhen(true, nameof(_index))]
    private bool TryRefresh()
    {
        if (_isClosed || _ring is null || _index is null)
            return false;
        _index.Refresh();
        return true;
    }

    private RecordedCallSummary? Summary(IndexedCall call)
    {
        if (call.Summary is not null && call.SummaryVersion == call.Version)
            return call.Summary;
        List<RecordedEntry> entries = Entries(call);
        if (entries.Count == 0)
            return null;
        CallExplanation explained = Explanation.Of(entries);
        foreach (string mark in explained.Marks)
            _marks.Add(call.CallId, mark);
        call.Summary = new RecordedCallSummary
        {
            CallId = call.CallId,
            DialogId = explained.DialogId,
            From = explained.From,
            To = explained.To,
            Method = explained.Method,
            Started = entries[0].At,
            Answered = explained.Answered,
            Ended = explained.Ended,
            Status = explained.Status,
            Line = explained.Line,
            Abnormal = AllMarks(call, explained),
            Addresses = Participants(entries),
        };
        call.SummaryVersion = call.Version;
        return call.Summary;
    }

    private RecordedCall? Whole(IndexedCall call)
    {
        List<RecordedEntry> entries = Entries(call);
        if (entries.Count == 0)
            return null;
        CallExplanation explained = Explanation.Of(entries);
        return new RecordedCall
        {
            CallId = call.CallId,
            DialogId = explained.DialogId,
            From = explained.From,
            To = explained.To,
            Method = explained.Method,
            Started = entries[0].At,
            Answered = explained.Answered,
            Ended = explained.Ended,
            Status = explained.Status,
            Line = explained.Line,
            Abnormal = AllMarks(call, explained),
            Participants = Participants(entries),
            Addresses = Participants(entries),
            Entries = explained.Entries,
            IsBeginningLost = call.IsBeginningLost,
        };
    }

    /// <summary>Those whose messages have been overwritten too.</summary>
    private string[] AllMarks(IndexedCall call, CallExplanation explained) => [.. explained.Marks.Union(_marks.Of(call.CallId))];

    private List<RecordedEntry> Entries(IndexedCall call)
    {
        var entries = new List<RecordedEntry>(call.Records.Count + 1);
        foreach (RecordRef record in call.Records)
            if (_index!.TryRead(record, out RecordHeader header, out byte[] payload))
                entries.Add(_decoder.Entry(header, payload));
        if (_index!.LeftOutAt(call) is { } ticks)
            entries.Add(
                new RecordedStep
                {
                    At = new DateTimeOffset(ticks, TimeSpan.Zero),
                    Step = "recorder",
                    Text = "More calls came than are recorded: from here on this one is left out",
                }
            );
        // Stable: within one moment the order of writing stays.
        return [.. entries.OrderBy(static entry => entry.At)];
    }

    private static List<string> Participants(List<RecordedEntry> entries)
    {
        var found = new List<string>();
        foreach (RecordedEntry entry in entries)
        {
            if (entry is not RecordedMessage message)
                continue;
            if (!found.Contains(message.From))
                found.Add(message.From);
            if (!found.Contains(message.To))
                found.Add(message.To);
        }

        return found;
    }
}
