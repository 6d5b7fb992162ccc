using System.Collections.Concurrent;

namespace Parley.Transport;

/// <summary>Answers by question until their time is over; questions on their way are asked once. Bounded.</summary>
internal sealed class DnsCache(IDnsSource source, SipServerLocatorOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<DnsQuestion, Entry> _entries = new();
    private readonly ConcurrentDictionary<DnsQuestion, Task<Entry>> _asking = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>The answer while it holds.</summary>
    public bool TryGet(in DnsQuestion question, out Entry entry)
    {
        if (_entries.TryGetValue(question, out entry!) && time.GetTimestamp() < entry.Expires)
            return true;
        entry = null!;
        return false;
    }

    /// <summary>Asks, together with whoever asks the same at this moment.</summary>
    public Task<Entry> AskAsync(DnsQuestion question)
    {
        if (TryGet(question, out var known))
            return Task.FromResult(known);
        var mine = new TaskCompletionSource<Entry>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = _asking.GetOrAdd(question, mine.Task);
        if (asked == mine.Task)
            _ = AnswerAsync(question, mine);
        return asked;
    }

    private async Task AnswerAsync(DnsQuestion question, TaskCompletionSource<Entry> waiting)
    {
        Entry entry;
        try
        {
            entry = await QueryAsync(question).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a resolver throws is a failed lookup, and must not leave the askers waiting.
        catch (Exception)
        {
            entry = new Entry([], [], [], Expiry(null, found: false, failed: true));
        }
#pragma warning restore CA1031
        Store(question, entry);
        _asking.TryRemove(question, out _);
        waiting.SetResult(entry);
    }

    private async Task<Entry> QueryAsync(DnsQuestion question)
    {
        switch (question.Kind)
        {
            case DnsQuestionKind.Naptr:
                var naptr = await source.QueryNaptrAsync(question.FullName, CancellationToken.None).ConfigureAwait(false);
                return new Entry([.. naptr.Records], [], [], Expiry(naptr.TimeToLive, naptr.Records.Count > 0, naptr.Failed));
            case DnsQuestionKind.A or DnsQuestionKind.Aaaa:
                var addresses = await source.QueryAddressesAsync(question.FullName, question.Kind == DnsQuestionKind.Aaaa, CancellationToken.None).ConfigureAwait(false);
                return new Entry([], [], [.. addresses.Records], Expiry(addresses.TimeToLive, addresses.Records.Count > 0, addresses.Failed));
            default:
                var srv = await source.QuerySrvAsync(question.FullName, CancellationToken.None).ConfigureAwait(false);
                return new Entry([], [.. srv.Records], [], Expiry(srv.TimeToLive, srv.Records.Count > 0, srv.Failed));
        }
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
        return time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);
    }

    // At least a second: an answer with time 0 must outlive the lookup that asked for it.
    private static TimeSpan Clamp(TimeSpan span, TimeSpan max) => span > max ? max : span < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : span;

    private void Store(in DnsQuestion question, Entry entry)
    {
        if (Volatile.Read(ref _count) >= options.MaxCachedAnswers)
            Shrink();
        if (_entries.TryAdd(question, entry))
            Interlocked.Increment(ref _count);
        else
            _entries[question] = entry;
    }

    // The expired go; when that is too few, any: they are asked again when needed.
    private void Shrink()
    {
        var now = time.GetTimestamp();
        var goal = options.MaxCachedAnswers * 3 / 4;
        foreach (var (question, entry) in _entries)
        {
            if (now >= entry.Expires && _entries.TryRemove(question, out _))
                Interlocked.Decrement(ref _count);
        }
        foreach (var (question, _) in _entries)
        {
            if (Volatile.Read(ref _count) <= goal)
                return;
            if (_entries.TryRemove(question, out _))
                Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>One answer; the list of the question's kind is filled.</summary>
    internal sealed record Entry(DnsNaptr[] Naptrs, DnsSrv[] Srvs, SipEndPoint[] Addresses, long Expires);
}
