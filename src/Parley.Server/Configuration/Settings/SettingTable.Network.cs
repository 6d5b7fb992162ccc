using Parley.Sip;
using Parley.Transport;
using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private const int MostConnections = 1_000_000;

    private static SettingSection Limits =>
        new(
            "Limits",
            "What one sender may cost.",
            [
                Limit(
                    "MaxMessageSize",
                    "Bytes of a message; larger: 513.",
                    l => l.MaxMessageSize,
                    (l, v) => With(l, message: v),
                    1_300,
                    65_535
                ),
                Limit("MaxBodySize", "Bytes of a body; larger: 413.", l => l.MaxBodySize, (l, v) => With(l, body: v), 1_300, 65_535),
                Limit(
                    "MaxHeaderCount",
                    "Headers of a message; more: 400.",
                    l => l.MaxHeaderCount,
                    (l, v) => With(l, headers: v),
                    16,
                    4_096
                ),
                Limit(
                    "MaxHeaderLength",
                    "Bytes of a header; longer: 400.",
                    l => l.MaxHeaderLength,
                    (l, v) => With(l, header: v),
                    256,
                    65_535
                ),
                Limit(
                    "MaxUriLength",
                    "Bytes of the request-URI; longer: 414.",
                    l => l.MaxUriLength,
                    (l, v) => With(l, uri: v),
                    128,
                    65_535
                ),
                Number(
                    "MaxConnections",
                    "TCP and TLS connections that others open. A further one takes the place of the stranger idle longest; when there is none, it is refused.",
                    c => c.Transport.Streams.MaxConnections,
                    (c, v) => c.Transport.Streams.MaxConnections = v,
                    1,
                    MostConnections
                ),
                Number(
                    "MaxConnectionsPerAddress",
                    "TCP and TLS connections of one address.",
                    c => c.Transport.Streams.MaxConnectionsPerAddress,
                    (c, v) => c.Transport.Streams.MaxConnectionsPerAddress = v,
                    1,
                    MostConnections
                ),
                Seconds(
                    "ConnectionIdleTimeout",
                    "A connection without a byte for so long is closed when a phone registered by it or it carried something that succeeded.",
                    c => c.Transport.Streams.IdleTimeout,
                    (c, v) => c.Transport.Streams.IdleTimeout = v,
                    1,
                    30 * Day
                ),
                Seconds(
                    "StrangerIdleTimeout",
                    "ConnectionIdleTimeout of other connections.",
                    c => c.Transport.Streams.StrangerIdleTimeout,
                    (c, v) => c.Transport.Streams.StrangerIdleTimeout = v,
                    1,
                    30 * Day
                ),
                Seconds(
                    "FirstMessageTimeout",
                    "A connection by which no message came for so long after its opening is closed.",
                    c => c.Transport.Streams.FirstMessageTimeout,
                    (c, v) => c.Transport.Streams.FirstMessageTimeout = v,
                    1,
                    Hour
                ),
                Number(
                    "MaxOutboundConnections",
                    "TCP and TLS connections that Parley opens. A further one takes the place of the stranger idle longest; when there is none, the request gets 503.",
                    c => c.Transport.Streams.MaxOutboundConnections,
                    (c, v) => c.Transport.Streams.MaxOutboundConnections = v,
                    1,
                    MostConnections
                ),
                Number(
                    "MaxPendingConnects",
                    "TCP and TLS connections that Parley is opening at one time; beyond: 503.",
                    c => c.Transport.Streams.MaxPendingConnects,
                    (c, v) => c.Transport.Streams.MaxPendingConnects = v,
                    1,
                    100_000
                ),
                Number(
                    "MaxPendingConnectsPerSource",
                    "Of these, because of requests of one IPv4 address or IPv6 network of 64 bits; beyond: 503.",
                    c => c.Transport.Streams.MaxPendingConnectsPerSource,
                    (c, v) => c.Transport.Streams.MaxPendingConnectsPerSource = v,
                    1,
                    100_000
                ),
                Number(
                    "MaxTransactions",
                    "Server transactions at once; beyond: 503.",
                    c => c.Transactions.MaxServerTransactions,
                    (c, v) => c.Transactions.MaxServerTransactions = v,
                    1,
                    100_000_000
                ),
                Number(
                    "MaxPendingLookups",
                    "Questions on their way to the DNS; beyond: 503.",
                    c => c.Locator.MaxPendingQuestions,
                    (c, v) => c.Locator.MaxPendingQuestions = v,
                    1,
                    100_000
                ),
                Number(
                    "MaxPendingLookupsPerSource",
                    "Of these, because of requests of one IPv4 address or IPv6 network of 64 bits; beyond: 503.",
                    c => c.Locator.MaxPendingQuestionsPerSource,
                    (c, v) => c.Locator.MaxPendingQuestionsPerSource = v,
                    1,
                    100_000
                ),
                Number(
                    "MaxDnsAnswers",
                    "Answers of the DNS that are kept, those that a name does not exist included.",
                    c => c.Locator.MaxCachedAnswers,
                    (c, v) => c.Locator.MaxCachedAnswers = v,
                    1,
                    10_000_000
                ),
            ]
        );

    private static SettingSection Connections =>
        new(
            "Connections",
            "Times and buffers of TCP and TLS connections.",
            [
                Seconds(
                    "ConnectTimeout",
                    "Time to open a connection.",
                    c => c.Transport.Streams.ConnectTimeout,
                    (c, v) => c.Transport.Streams.ConnectTimeout = v,
                    0.1,
                    300
                ),
                Seconds(
                    "HandshakeTimeout",
                    "Time for a TLS handshake.",
                    c => c.Transport.Streams.HandshakeTimeout,
                    (c, v) => c.Transport.Streams.HandshakeTimeout = v,
                    0.1,
                    300
                ),
                Seconds(
                    "PartialMessageTimeout",
                    "Time from the first byte of a message to its last.",
                    c => c.Transport.Streams.PartialMessageTimeout,
                    (c, v) => c.Transport.Streams.PartialMessageTimeout = v,
                    0.1,
                    300
                ),
                Seconds(
                    "WriteTimeout",
                    "A write that the far end does not take within this time closes the connection.",
                    c => c.Transport.Streams.WriteTimeout,
                    (c, v) => c.Transport.Streams.WriteTimeout = v,
                    0.1,
                    300
                ),
                Number(
                    "OutputLimit",
                    "Bytes that may wait on one connection; a message beyond it is refused.",
                    c => c.Transport.Streams.OutputLimit,
                    (c, v) => c.Transport.Streams.OutputLimit = v,
                    65_536,
                    1 << 30
                ),
                Number(
                    "SlowReaderThreshold",
                    "Above this many waiting bytes the connection is not read from either; when it stays there for SlowReaderTimeout it is closed.",
                    c => c.Transport.Streams.SlowReaderThreshold,
                    (c, v) => c.Transport.Streams.SlowReaderThreshold = v,
                    4_096,
                    1 << 30
                ),
                Seconds(
                    "SlowReaderTimeout",
                    "How long more than SlowReaderThreshold bytes may wait.",
                    c => c.Transport.Streams.SlowReaderTimeout,
                    (c, v) => c.Transport.Streams.SlowReaderTimeout = v,
                    0.1,
                    Hour
                ),
                Number(
                    "ReceiveBuffer",
                    "Bytes read at once from a connection.",
                    c => c.Transport.Streams.ReceiveBufferSize,
                    (c, v) => c.Transport.Streams.ReceiveBufferSize = v,
                    512,
                    1 << 20
                ),
                Flag(
                    "ReleaseIdleBuffers",
                    "Gives a waiting connection's read buffer back, at the price of one more system call per read: for very many idle connections.",
                    c => c.Transport.Streams.ReleaseIdleBuffers,
                    (c, v) => c.Transport.Streams.ReleaseIdleBuffers = v
                ),
                Number(
                    "Backlog",
                    "Pending connections that the system keeps for a listener.",
                    c => c.Transport.Streams.Backlog,
                    (c, v) => c.Transport.Streams.Backlog = v,
                    1,
                    65_535
                ),
                Seconds(
                    "KeepAliveTime",
                    "TCP keep-alive probes start after this much silence; 0: none.",
                    c => c.Transport.Streams.KeepAliveTime,
                    (c, v) => c.Transport.Streams.KeepAliveTime = v,
                    0,
                    Day
                ),
            ]
        );

    private static SettingSection Udp =>
        new(
            "Udp",
            "The UDP sockets.",
            [
                Number("Workers", "Sockets and threads of each UDP listener.", c => c.Udp.Workers, (c, v) => c.Udp.Workers = v, 1, 256),
                new ChoiceSetting<ServerConfiguration, UdpSpread>(
                    "Spread",
                    "How the kernel spreads datagrams over several workers. ByFlow: one far end stays with one worker, in order. Random: one trunk loads all workers, its messages may overtake each other.",
                    c => c.Udp.Spread,
                    (c, v) => c.Udp.Spread = v,
                    Names<UdpSpread>()
                ),
                Number(
                    "BatchSize",
                    "Datagrams read or written by one system call.",
                    c => c.Transport.BatchSize,
                    (c, v) => c.Transport.BatchSize = v,
                    1,
                    1_024
                ),
                Number(
                    "ReceiveBuffer",
                    "Bytes asked of the kernel.",
                    c => c.Udp.ReceiveBufferSize,
                    (c, v) => c.Udp.ReceiveBufferSize = v,
                    4_096,
                    1 << 30
                ),
                Number(
                    "SendBuffer",
                    "Bytes asked of the kernel.",
                    c => c.Udp.SendBufferSize,
                    (c, v) => c.Udp.SendBufferSize = v,
                    4_096,
                    1 << 30
                ),
            ]
        );

    private static SettingSection Dns =>
        new(
            "Dns",
            "How names are looked up (RFC 3263) and remembered.",
            [
                Flag(
                    "UseNaptr",
                    "Asks for NAPTR records. False saves a look-up per domain where none has them.",
                    c => c.Locator.UseNaptr,
                    (c, v) => c.Locator.UseNaptr = v
                ),
                Flag(
                    "PreferIPv6",
                    "AAAA before A, where listeners of both families exist.",
                    c => c.Locator.PreferIPv6,
                    (c, v) => c.Locator.PreferIPv6 = v
                ),
                Seconds(
                    "StaleTime",
                    "How long after its time an answer may still serve when no new one can be had (RFC 8767); 0: not at all.",
                    c => c.Locator.StaleTime,
                    (c, v) => c.Locator.StaleTime = v,
                    0,
                    30 * Day
                ),
                Seconds(
                    "MaxTimeToLive",
                    "An answer is kept no longer, whatever its own time says.",
                    c => c.Locator.MaxTimeToLive,
                    (c, v) => c.Locator.MaxTimeToLive = v,
                    1,
                    30 * Day
                ),
                Seconds(
                    "MaxNegativeTimeToLive",
                    "That a name does not exist is kept no longer.",
                    c => c.Locator.MaxNegativeTimeToLive,
                    (c, v) => c.Locator.MaxNegativeTimeToLive = v,
                    0,
                    Day
                ),
                Seconds(
                    "FailedLookupTime",
                    "After a look-up without answer the same is not asked again for this long.",
                    c => c.Locator.FailedLookupTime,
                    (c, v) => c.Locator.FailedLookupTime = v,
                    0,
                    Hour
                ),
                Seconds(
                    "FailedTargetTime",
                    "How long a next hop that failed is tried last.",
                    c => c.Locator.FailedTargetTime,
                    (c, v) => c.Locator.FailedTargetTime = v,
                    0,
                    Day
                ),
            ]
        );

    private static Setting<ServerConfiguration> Limit(
        string name,
        string description,
        Func<SipLimits, int> get,
        Func<SipLimits, int, SipLimits> with,
        int min,
        int max
    ) => Number(name, description, c => get(c.Transport.Limits), (c, v) => c.Transport.Limits = with(c.Transport.Limits, v), min, max);

    // Limits do not change once they are made, since all parsers share the default ones.
    private static SipLimits With(
        SipLimits limits,
        int? message = null,
        int? body = null,
        int? headers = null,
        int? header = null,
        int? uri = null
    ) =>
        new()
        {
            MaxMessageSize = message ?? limits.MaxMessageSize,
            MaxBodySize = body ?? limits.MaxBodySize,
            MaxHeaderCount = headers ?? limits.MaxHeaderCount,
            MaxHeaderLength = header ?? limits.MaxHeaderLength,
            MaxUriLength = uri ?? limits.MaxUriLength,
        };
}
