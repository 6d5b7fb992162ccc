using System.Diagnostics.Metrics;
using Parley.Proxy;
using Parley.Transport;

namespace Parley.Hosting;

/// <summary>What the proxy does with requests, and its look-ups.</summary>
internal sealed class ProxyMetrics(ParleyApplication application)
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableUpDownCounter(
            "sip.proxy.pending",
            () => (long)application.PendingRequests,
            "{request}",
            "Requests that are not over: their transactions, handlers or branches live."
        );
        meter.CreateObservableCounter(
            "sip.proxy.branches",
            () => Of(ProxyCounter.BranchesSent),
            "{branch}",
            "Copies of requests sent in transactions."
        );
        meter.CreateObservableCounter(
            "sip.proxy.branch.failures",
            () =>
                (IEnumerable<Measurement<long>>)
                    [
                        new(Of(ProxyCounter.BranchTimeouts), MetricTags.Error("timeout")),
                        new(Of(ProxyCounter.BranchErrors), MetricTags.Error("transport")),
                    ],
            "{branch}",
            "Branches that ended without a final response (timeout) or could not be sent (transport)."
        );
        meter.CreateObservableCounter(
            "sip.proxy.failovers",
            () => Of(ProxyCounter.Failovers),
            "{branch}",
            "Branches that went on to their next target."
        );
        meter.CreateObservableCounter(
            "sip.proxy.cancelled",
            () => Of(ProxyCounter.Cancelled),
            "{request}",
            "INVITEs that their callers cancelled."
        );
        meter.CreateObservableCounter(
            "sip.proxy.failures",
            () => Of(ProxyCounter.Failures),
            "{request}",
            "Requests that ended with a response of 300 or above."
        );
        meter.CreateObservableCounter(
            "sip.proxy.refused",
            () =>
                (IEnumerable<Measurement<long>>)
                    [
                        new(Of(ProxyCounter.Loops), MetricTags.Error("loop")),
                        new(Of(ProxyCounter.Drained), MetricTags.Error("draining")),
                        new(Of(ProxyCounter.BreadthExceeded), MetricTags.Error("breadth")),
                    ],
            "{request}",
            "Requests refused by the proxy itself: loops (482), while it drains (503), too many branches (440)."
        );
        meter.CreateObservableCounter(
            "sip.proxy.local.requests",
            () => Of(ProxyCounter.LocalRequests),
            "{request}",
            "Requests of the proxy's own: pings, BYEs, PRACKs."
        );
        meter.CreateObservableCounter(
            "sip.proxy.handler.errors",
            () => Of(ProxyCounter.HandlerErrors),
            "{error}",
            "Handlers and hooks of the application that threw."
        );
        if (application.Locator is SipServerLocator locator)
            AddLocator(meter, locator);
    }

    private static void AddLocator(Meter meter, SipServerLocator locator)
    {
        meter.CreateObservableUpDownCounter(
            "sip.dns.pending",
            () => (long)locator.PendingQuestions,
            "{question}",
            "Questions to the DNS that wait for an answer."
        );
        meter.CreateObservableUpDownCounter(
            "sip.dns.cached",
            () => (long)locator.CachedAnswers,
            "{answer}",
            "Answers of the DNS that are kept."
        );
        meter.CreateObservableCounter(
            "sip.dns.refused",
            () => locator.QuestionsRefused,
            "{question}",
            "Questions not asked, because there were too many."
        );
    }

    private long Of(ProxyCounter counter) => application.Counters[counter];
}
