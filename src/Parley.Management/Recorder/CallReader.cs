using System.Diagnostics.CodeAnalysis;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>Reads the ring for those who ask: calls by Call-ID, lists, marks. Readers wait for each other, a call for none of them.</summary>
internal sealed class CallReader : ICallRecorder
{
    /// <summary>The most entries of a call that are read.</summary>
    private const int MostEntries = 4000;

    private const int FirstEntries = 1000;

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
            // By hand: the count that ToDictionary asks for would take every lock of the table.
            var marks = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
            foreach ((string callId, string[] all) in _marks.All)
                marks[callId] = all;
            return _abnormal = marks;
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
            Started = new DateTimeOffset(call.FirstTicks, TimeSpan.Zero),
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
            Started = new DateTimeOffset(call.FirstTicks, TimeSpan.Zero),
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
        int left = Math.Max(0, call.Records.Count - MostEntries);
        for (int i = 0; i < call.Records.Count; i++)
        {
            if (left > 0 && i == FirstEntries)
                i += left; // a flood with one Call-ID: its beginning and its end say enough
            if (_index!.TryRead(call.Records[i], out RecordHeader header, out byte[] payload))
                entries.Add(_decoder.Entry(header, payload));
        }

        if (left > 0 && entries.Count > 0)
            entries.Insert(
                Math.Min(FirstEntries, entries.Count),
                new RecordedStep
                {
                    At = entries[Math.Min(FirstEntries, entries.Count) - 1].At,
                    Step = "recorder",
                    Text = $"{left} entries are left out here",
                }
            );
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
