using System.Diagnostics.Metrics;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;

namespace Parley.Hosting;

/// <summary>Requests and responses by method and status, retransmissions, what could not be read.</summary>
internal sealed class MessageMetrics(ParleyApplication application)
{
    private static readonly SipMethod[] s_methods = Enum.GetValues<SipMethod>();

    public void AddTo(Meter meter)
    {
        meter.CreateObservableCounter(
            "sip.request.count",
            Requests,
            "{request}",
            "Requests, those sent again not counted, by method; received: new ones, sent: copies on branches and requests of the proxy's own."
        );
        meter.CreateObservableCounter(
            "sip.response.count",
            Responses,
            "{response}",
            "Responses, those sent again not counted, by the method of their request and by status; one that is not registered counts as x00."
        );
        meter.CreateObservableCounter(
            "sip.message.retransmits",
            Retransmits,
            "{message}",
            "Messages sent again; received: copies that a transaction took."
        );
        meter.CreateObservableCounter(
            "sip.message.malformed",
            Malformed,
            "{message}",
            "Messages that break the grammar: requests answered 400 or dropped, responses dropped."
        );
        meter.CreateObservableCounter(
            "sip.response.stray",
            () => Of(TransactionCounter.StrayResponses),
            "{response}",
            "Responses that belong to no transaction."
        );
        meter.CreateObservableCounter(
            "sip.authentication.failures",
            () => Of(TransactionCounter.AuthenticationFailures),
            "{request}",
            "Requests with credentials that were answered 401 or 407 all the same; those with an old nonce (stale) not counted."
        );
    }

    private IEnumerable<Measurement<long>> Requests()
    {
        ProxyCounters counters = application.Counters;
        TransactionStatistics transactions = application.Transactions.Statistics;
        foreach (SipMethod method in s_methods)
        {
            if (counters.Requests(method) is > 0 and long received)
                yield return new(received, MetricTags.Receive, MetricTags.Method(method));
            if (transactions.RequestsSent(method) + counters.StatelessRelayed(method) is > 0 and long sent)
                yield return new(sent, MetricTags.Transmit, MetricTags.Method(method));
        }
    }

    private IEnumerable<Measurement<long>> Responses()
    {
        foreach (ResponseCount received in application.Transactions.Statistics.ResponsesReceived())
            yield return Of(received, MetricTags.Receive);
        foreach (ResponseCount sent in application.Transactions.Statistics.ResponsesSent())
            yield return Of(sent, MetricTags.Transmit);
    }

    private IEnumerable<Measurement<long>> Retransmits() =>
        [
            new(Of(TransactionCounter.RequestsAbsorbed), MetricTags.Receive, MetricTags.Request),
            new(Of(TransactionCounter.ResponsesAbsorbed), MetricTags.Receive, MetricTags.Response),
            new(Of(TransactionCounter.RequestsRetransmitted), MetricTags.Transmit, MetricTags.Request),
            new(Of(TransactionCounter.ResponsesRetransmitted), MetricTags.Transmit, MetricTags.Response),
        ];

    private IEnumerable<Measurement<long>> Malformed() =>
        [new(Of(TransactionCounter.Malformed), MetricTags.Request), new(Of(TransactionCounter.MalformedResponses), MetricTags.Response)];

    private long Of(TransactionCounter counter) => application.Transactions.Statistics[counter];

    private static Measurement<long> Of(ResponseCount count, KeyValuePair<string, object?> direction) =>
        new(count.Count, direction, MetricTags.Method(count.Method), MetricTags.Status(count.StatusCode));
}
