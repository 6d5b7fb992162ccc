using System.Diagnostics.Metrics;
using Parley.Transactions;

namespace Parley.Hosting;

/// <summary>Transactions: how many, how long, how they fail.</summary>
internal sealed class TransactionMetrics(TransactionLayer transactions)
{
    // Seconds: from an answer of our own to a phone that rings until timer C.
    private static readonly InstrumentAdvice<double> s_times = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 32, 60, 180],
    };

    public void AddTo(Meter meter)
    {
        transactions.Statistics.ServerTimes = meter.CreateHistogram(
            "sip.server.request.duration",
            "s",
            "From a request to the final response that goes back, by method and status. Of an INVITE: with the time that the phone rang.",
            tags: null,
            s_times
        );
        transactions.Statistics.ClientTimes = meter.CreateHistogram(
            "sip.client.request.duration",
            "s",
            "From a request that was sent to the first final response, by method and status.",
            tags: null,
            s_times
        );
        meter.CreateObservableUpDownCounter(
            "sip.transaction.count",
            () =>
                (IEnumerable<Measurement<long>>)
                    [
                        new(transactions.ServerTransactionCount, MetricTags.Server),
                        new(transactions.ClientTransactionCount, MetricTags.Client),
                    ],
            "{transaction}",
            "Transactions that are not over."
        );
        meter.CreateObservableCounter("sip.transaction.created", Created, "{transaction}", "Transactions made.");
        meter.CreateObservableCounter(
            "sip.transaction.timeouts",
            () =>
                (IEnumerable<Measurement<long>>)
                    [
                        new(Of(TransactionCounter.ServerTimeouts), MetricTags.Server),
                        new(Of(TransactionCounter.ClientTimeouts), MetricTags.Client),
                    ],
            "{transaction}",
            "Transactions that timed out: client, no final response in time (timers B and F); server, the ACK never came (timer H)."
        );
        meter.CreateObservableCounter(
            "sip.transaction.errors",
            Errors,
            "{error}",
            "What went wrong: transport (could not be sent), connection_lost, unreachable (ICMP), rejected (503, too many), callback (code that threw)."
        );
        meter.CreateObservableCounter(
            "sip.transaction.merged",
            () => Of(TransactionCounter.Merged),
            "{request}",
            "Copies of a request that came by another way (RFC 3261 8.2.2.2)."
        );
    }

    private IEnumerable<Measurement<long>> Created() =>
        [
            new(Of(TransactionCounter.InviteServerCreated), MetricTags.Server, MetricTags.Invite),
            new(Of(TransactionCounter.NonInviteServerCreated), MetricTags.Server, MetricTags.NonInvite),
            new(Of(TransactionCounter.InviteClientCreated), MetricTags.Client, MetricTags.Invite),
            new(Of(TransactionCounter.NonInviteClientCreated), MetricTags.Client, MetricTags.NonInvite),
        ];

    private IEnumerable<Measurement<long>> Errors() =>
        [
            new(Of(TransactionCounter.TransportErrors), MetricTags.Error("transport")),
            new(Of(TransactionCounter.ConnectionsLost), MetricTags.Error("connection_lost")),
            new(Of(TransactionCounter.Unreachable), MetricTags.Error("unreachable")),
            new(Of(TransactionCounter.Rejected), MetricTags.Error("rejected")),
            new(Of(TransactionCounter.CallbackErrors), MetricTags.Error("callback")),
        ];

    private long Of(TransactionCounter counter) => transactions.Statistics[counter];
}
