using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Server.Calls;

/// <summary>What was dropped or refused without a request of its own in the log: a line a minute, by kind, when there was any.</summary>
internal sealed partial class DropLog : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly (string Kind, Func<long> Count)[] _kinds;
    private readonly long[] _last;
    private readonly ILogger _log;
    private readonly ITimer _timer;

    public DropLog(ParleyApplication application, ILoggerFactory loggers)
    {
        _log = loggers.CreateLogger("Parley.Server");
        _kinds = [.. KindsOf(application)];
        _last = new long[_kinds.Length];
        _timer = application.Time.CreateTimer(static log => ((DropLog)log!).Write(), this, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private static IEnumerable<(string, Func<long>)> KindsOf(ParleyApplication application)
    {
        var (proxy, transactions) = (application.Counters, application.Transactions.Statistics);
        if (application.Transport is SipTransport transport)
        {
            yield return ("not-sip", () => Sum(transport, static c => c.DroppedMalformed));
            yield return ("too-large", () => Sum(transport, static c => c.DroppedTooLarge));
            yield return ("kernel", () => Sum(transport, static c => c.KernelDrops));
            yield return ("not-sent", () => Sum(transport, static c => c.SendFailed));
            yield return ("connections-refused", () => Sum(transport, static c => c.ConnectionsRefused));
            yield return ("connections-displaced", () => Sum(transport, static c => c.StrangersDisplaced));
            yield return ("connections-broken", () => Sum(transport, static c => c.BrokenClosed));
            yield return ("connections-timed-out", () => Sum(transport, static c => c.ConnectionsTimedOut));
            yield return ("slow-readers", () => Sum(transport, static c => c.SlowReadersClosed));
            yield return ("connects-refused", () => Sum(transport, static c => c.ConnectsRefused));
        }
        yield return ("requests-malformed", () => transactions[TransactionCounter.Malformed]);
        yield return ("responses-malformed", () => transactions[TransactionCounter.MalformedResponses]);
        yield return ("transactions-over-limit", () => transactions[TransactionCounter.Rejected]);
        yield return ("cancels-unmatched", () => transactions[TransactionCounter.CancelsUnmatched]);
        yield return ("responses-of-nothing", () => proxy[ProxyCounter.StrayReplies]);
        yield return ("responses-without-via", () => proxy[ProxyCounter.RepliesWithoutVia]);
    }

    private static long Sum(SipTransport transport, Func<SipTransportCounters, long> count)
    {
        long sum = 0;
        foreach (var counters in transport.Counters)
            sum += count(counters);
        return sum;
    }

    private void Write()
    {
        var text = new StringBuilder();
        for (var i = 0; i < _kinds.Length; i++)
        {
            var count = _kinds[i].Count();
            if (count > _last[i])
                text.Append(CultureInfo.InvariantCulture, $" {_kinds[i].Kind}={count - _last[i]}");
            _last[i] = count;
        }
        if (text.Length > 0)
            Dropped(text.ToString());
    }

    [LoggerMessage(1011, LogLevel.Information, "Dropped in the last minute:{Drops}")]
    private partial void Dropped(string drops);
}
