using System.Collections.Concurrent;

namespace Parley.Transport;

/// <summary>
/// Answers by question until their time is over; questions on their way are asked once. Answers and questions on their way are bounded, the
/// latter also by the source of the request that causes the question.
/// </summary>
internal sealed class DnsCache(IDnsSource source, SipServerLocatorOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<DnsQuestion, Entry> _entries = new();
    private readonly Dictionary<DnsQuestion, Task> _asking = [];
    private readonly Dictionary<SipEndPoint, int> _askingBySource = [];
    private readonly Lock _lock = new();
    private int _count;
    private long _refused;

    public int Count => Volatile.Read(ref _count);

    public int Pending
    {
        get
        {
            lock (_lock)
                return _asking.Count;
        }
    }

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>The answer while it holds.</summary>
    public bool TryGet(in DnsQuestion question, out Entry entry)
    {
        if (_entries.TryGetValue(question, out entry!) && time.GetTimestamp() < Volatile.Read(ref entry.Expires))
        {
            if (!entry.WasUsed)
                entry.WasUsed = true;
            return true;
        }
        entry = null!;
        return false;
    }

    /// <summary>Resolves; concurrent questions for the same name share one query. Completes when the cache has the answer. Null: a limit forbids it.</summary>
    public Task? Ask(DnsQuestion question, SipEndPoint cause)
    {
        if (TryGet(question, out _))
            return Task.CompletedTask;
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var key = cause == default ? default : ConnectionTable.SourceOf(cause);
        lock (_lock)
        {
            if (_asking.TryGetValue(question, out var asked))
                return asked;
            var ofSource = _askingBySource.GetValueOrDefault(key);
            if (_asking.Count >= options.MaxPendingQuestions || (key != default && ofSource >= options.MaxPendingQuestionsPerSource))
            {
                Interlocked.Increment(ref _refused);
                return TryKeepStale(question) ? Task.CompletedTask : null;
            }
            _asking[question] = mine.Task;
            if (key != default)
                _askingBySource[key] = ofSource + 1;
        }
        _ = AnswerAsync(question, key, mine);
        return mine.Task;
    }

    private async Task AnswerAsync(DnsQuestion question, SipEndPoint key, TaskCompletionSource waiting)
    {
        Entry entry;
        try
        {
            entry = await QueryAsync(question).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a resolver throws is a failed lookup, and must not leave the askers waiting.
        catch (Exception)
        {
            entry = Entry.Failed(Expiry(null, found: false, failed: true));
        }
#pragma warning restore CA1031
        if (!(entry.HasFailed && TryKeepStale(question)))
            Store(question, entry);
        lock (_lock)
        {
            _asking.Remove(question);
            if (key != default)
            {
                var left = _askingBySource[key] - 1;
                if (left == 0)
                    _askingBySource.Remove(key);
                else
                    _askingBySource[key] = left;
            }
        }
        waiting.SetResult();
    }

    /// <summary>RFC 8767: what was known serves on for a while, when nothing better can be had. The time between two tries is that of a failed lookup.</summary>
    private bool TryKeepStale(in DnsQuestion question)
    {
        if (!_entries.TryGetValue(question, out var entry) || !entry.IsFound)
            return false;
        var now = time.GetTimestamp();
        if (now >= entry.FirstExpires + Ticks(options.StaleTime))
            return false;
        Volatile.Write(ref entry.Expires, Math.Max(Volatile.Read(ref entry.Expires), now + Ticks(options.FailedLookupTime)));
        return true;
    }

    private async Task<Entry> QueryAsync(DnsQuestion question)
    {
        switch (question.Kind)
        {
            case DnsQuestionKind.Naptr:
                var naptr = await source.QueryNaptrAsync(question.FullName, CancellationToken.None).ConfigureAwait(false);
                return new Entry(
                    First(naptr.Records),
                    [],
                    [],
                    Expiry(naptr.TimeToLive, naptr.Records.Count > 0, naptr.Failed),
                    naptr.Failed
                );
            case DnsQuestionKind.A or DnsQuestionKind.Aaaa:
                var addresses = await source
                    .QueryAddressesAsync(question.FullName, question.Kind == DnsQuestionKind.Aaaa, CancellationToken.None)
                    .ConfigureAwait(false);
                return new Entry(
                    [],
                    [],
                    First(addresses.Records),
                    Expiry(addresses.TimeToLive, addresses.Records.Count > 0, addresses.Failed),
                    addresses.Failed
                );
            default:
                var srv = await source.QuerySrvAsync(question.FullName, CancellationToken.None).ConfigureAwait(false);
                return new Entry([], First(srv.Records), [], Expiry(srv.TimeToLive, srv.Records.Count > 0, srv.Failed), srv.Failed);
        }
    }

    // No more than are looked at: what one name costs is bounded.
    private static T[] First<T>(IReadOnlyList<T> records)
    {
        var kept = new T[Math.Min(records.Count, SrvOrder.MaxRecords)];
        for (var i = 0; i < kept.Length; i++)
            kept[i] = records[i];
        return kept;
    }

    private long Expiry(TimeSpan? timeToLive, bool found, bool failed)
    {
        TimeSpan span;
        if (failed)
            span = options.FailedLookupTime;
        else if (found)
            span = Clamp(timeToLive ?? options.MaxTimeToLive, options.MaxTimeToLive);
        else
            span = Clamp(timeToLive ?? options.MaxNegativeTimeToLive, options.MaxNegativeTimeToLive);
        return time.GetTimestamp() + Ticks(span);
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    // At least a second: an answer with time 0 must outlive the lookup that asked for it.
    private static TimeSpan Clamp(TimeSpan span, TimeSpan max) =>
        span > max ? max
        : span < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1)
        : span;

    private void Store(in DnsQuestion question, Entry entry)
    {
        if (Volatile.Read(ref _count) >= options.MaxCachedAnswers)
            Shrink();
        if (_entries.TryAdd(question, entry))
            Interlocked.Increment(ref _count);
        else
            _entries[question] = entry;
    }

    // A quarter goes. First what says nothing, which strangers can make at will; then what is over; then what was not asked for since the last
    // time; then any: they are asked again when needed.
    private void Shrink()
    {
        var goal = options.MaxCachedAnswers * 3 / 4;
        for (var round = 0; round < 4; round++)
        {
            var now = time.GetTimestamp();
            foreach (var (question, entry) in _entries)
            {
                if (Volatile.Read(ref _count) <= goal)
                    return;
                var goes = round switch
                {
                    0 => !entry.IsFound,
                    1 => now >= Volatile.Read(ref entry.Expires),
                    2 => !entry.WasUsed,
                    _ => true,
                };
                if (goes && _entries.TryRemove(question, out _))
                    Interlocked.Decrement(ref _count);
                else if (round == 2)
                    entry.WasUsed = false;
            }
        }
    }

    /// <summary>One answer; the list of the question's kind is filled.</summary>
    internal sealed class Entry(DnsNaptr[] naptrs, DnsSrv[] srvs, SipEndPoint[] addresses, long expires, bool hasFailed)
    {
        public long Expires = expires;

        public DnsNaptr[] Naptrs => naptrs;

        public DnsSrv[] Srvs => srvs;

        public SipEndPoint[] Addresses => addresses;

        /// <summary>When its own time is over.</summary>
        public long FirstExpires { get; } = expires;

        /// <summary>There was no answer.</summary>
        public bool HasFailed => hasFailed;

        public bool IsFound => naptrs.Length + srvs.Length + addresses.Length > 0;

        /// <summary>Asked for since the cache was last full.</summary>
        public bool WasUsed { get; set; }

        public static Entry Failed(long expires) => new([], [], [], expires, hasFailed: true);
    }
}
