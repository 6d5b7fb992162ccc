using System.Diagnostics.Metrics;
using Parley.Transport;

namespace Parley.Hosting;

/// <summary>What each listener carries, loses and has open.</summary>
internal sealed class TransportMetrics(SipTransport transport)
{
    // The attributes of a listener do not change.
    private readonly (SipTransportCounters Counters, KeyValuePair<string, object?>[] Tags)[] _listeners =
    [
        .. transport.Counters.Select(static counters => (counters, MetricTags.Of(counters.Listener))),
    ];

    public void AddTo(Meter meter)
    {
        meter.CreateObservableCounter(
            "sip.message.count",
            () => Both(static c => c.Received, static c => c.Sent),
            "{message}",
            "Messages given to the receiver, and handed to the kernel."
        );
        meter.CreateObservableCounter(
            "sip.message.io",
            () => Both(static c => c.ReceivedBytes, static c => c.SentBytes),
            "By",
            "Bytes that arrived, keep-alives and garbage included, and bytes handed to the kernel."
        );
        meter.CreateObservableCounter(
            "sip.message.dropped",
            () =>
                ByError(
                    ("malformed", static c => c.DroppedMalformed),
                    ("too_large", static c => c.DroppedTooLarge),
                    ("kernel", static c => c.KernelDrops),
                    ("fault", static c => c.ReceiverFaults)
                ),
            "{message}",
            "Arrivals dropped: no SIP, over the limits, the socket's buffer full (kernel), an error in handling it (fault)."
        );
        meter.CreateObservableCounter(
            "sip.message.rejected",
            () => Each(static c => c.Rejected),
            "{request}",
            "Requests refused as soon as they were read."
        );
        meter.CreateObservableCounter(
            "sip.message.errors",
            () =>
                ByError(
                    ("send", static c => c.SendFailed),
                    ("receive", static c => c.ReceiveErrors),
                    ("unreachable", static c => c.Unreachable)
                ),
            "{error}",
            "Messages that could not be sent, receive calls that failed, reports of the network that a datagram did not arrive."
        );
        meter.CreateObservableCounter(
            "sip.keepalive.count",
            () => Each(static c => c.KeepAlives),
            "{keepalive}",
            "CRLF keep-alives (RFC 5626 3.5.1)."
        );
        AddConnections(meter);
        if (OperatingSystem.IsLinux())
            meter.CreateObservableCounter(
                "sip.worker.cpu.time",
                WorkerTimes.Read,
                "s",
                "CPU time of each UDP worker: its rate is the share of a core that the worker is busy. Linux only."
            );
    }

    private void AddConnections(Meter meter)
    {
        meter.CreateObservableUpDownCounter(
            "sip.connection.count",
            () => Each(static c => c.ActiveConnections, reliableOnly: true),
            "{connection}",
            "Connections there are now, those being opened included."
        );
        meter.CreateObservableCounter(
            "sip.connection.opened",
            () =>
                ByTag(
                    "sip.connection.direction",
                    ("inbound", static c => c.ConnectionsAccepted),
                    ("outbound", static c => c.ConnectionsOpened)
                ),
            "{connection}",
            "Connections accepted and opened."
        );
        meter.CreateObservableCounter(
            "sip.connection.closed",
            () => Each(static c => c.ConnectionsClosed, reliableOnly: true),
            "{connection}",
            "Connections that ended, for whatever reason."
        );
        meter.CreateObservableCounter(
            "sip.connection.errors",
            () =>
                ByTag(
                    "error.type",
                    ("connect", static c => c.ConnectionsFailed),
                    ("refused", static c => c.ConnectionsRefused),
                    ("limit", static c => c.ConnectsRefused),
                    ("slow_reader", static c => c.SlowReadersClosed),
                    ("timeout", static c => c.ConnectionsTimedOut),
                    ("broken", static c => c.BrokenClosed),
                    ("displaced", static c => c.StrangersDisplaced)
                ),
            "{connection}",
            "Connections that could not be opened (connect), were refused for a limit (refused: inbound, limit: outbound), or were closed for what the far end did."
        );
    }

    private IEnumerable<Measurement<long>> Each(Func<SipTransportCounters, long> read, bool reliableOnly = false) =>
        _listeners.Where(l => !reliableOnly || l.Counters.Listener.IsReliable).Select(l => new Measurement<long>(read(l.Counters), l.Tags));

    private IEnumerable<Measurement<long>> Both(Func<SipTransportCounters, long> receive, Func<SipTransportCounters, long> transmit) =>
        _listeners.SelectMany(l =>
            new[]
            {
                new Measurement<long>(receive(l.Counters), [.. l.Tags, MetricTags.Receive]),
                new Measurement<long>(transmit(l.Counters), [.. l.Tags, MetricTags.Transmit]),
            }
        );

    private IEnumerable<Measurement<long>> ByError(params (string Type, Func<SipTransportCounters, long> Read)[] kinds) =>
        ByTag("error.type", reliableOnly: false, kinds);

    private IEnumerable<Measurement<long>> ByTag(string tag, params (string Type, Func<SipTransportCounters, long> Read)[] kinds) =>
        ByTag(tag, reliableOnly: true, kinds);

    private IEnumerable<Measurement<long>> ByTag(
        string tag,
        bool reliableOnly,
        (string Type, Func<SipTransportCounters, long> Read)[] kinds
    ) =>
        _listeners
            .Where(l => !reliableOnly || l.Counters.Listener.IsReliable)
            .SelectMany(l =>
                kinds.Select(kind => new Measurement<long>(
                    kind.Read(l.Counters),
                    [.. l.Tags, new KeyValuePair<string, object?>(tag, kind.Type)]
                ))
            );
}
