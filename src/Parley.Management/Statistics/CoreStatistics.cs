using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Management;

/// <summary>What the floors below the dialogs count, by the names of OpenSIPS: the groups <c>core</c>, <c>net</c>, <c>tm</c> and <c>sl</c>.</summary>
internal sealed class CoreStatistics(ParleyApplication application) : IStatisticSource
{
    private static readonly SipMethod[] Methods = Enum.GetValues<SipMethod>();

    private readonly DateTimeOffset _start = application.Time.GetUtcNow();

    public IEnumerable<Statistic> Statistics => [.. Core, .. Network, .. Transactions, .. Stateless];

    private IEnumerable<Statistic> Core =>
        [
            Counter("core", "rcv_requests", () => Requests() + Of(TransactionCounter.RequestsAbsorbed)),
            Counter("core", "rcv_replies", () => Of(ProxyCounter.RepliesReceived) + Of(TransactionCounter.ResponsesAbsorbed)),
            Counter("core", "fwd_requests", () => Of(ProxyCounter.StatelessRelayed)),
            Counter("core", "fwd_replies", () => Of(ProxyCounter.StatelessReplies)),
            Counter("core", "drop_requests", () => Sum(static c => c.DroppedMalformed + c.DroppedTooLarge)),
            Counter("core", "drop_replies", () => Of(ProxyCounter.StrayReplies) + Of(TransactionCounter.MalformedResponses)),
            Counter("core", "err_requests", () => Of(TransactionCounter.Malformed)),
            Counter("core", "err_replies", () => Of(TransactionCounter.MalformedResponses)),
            State("core", "timestamp", () => (long)(application.Time.GetUtcNow() - _start).TotalSeconds),
        ];

    private IEnumerable<Statistic> Network =>
        [
            State("net", "waiting_udp", () => Waiting(SipProtocol.Udp)),
            State("net", "waiting_tcp", () => Waiting(SipProtocol.Tcp)),
            State("net", "waiting_tls", () => Waiting(SipProtocol.Tls)),
            Counter("net", "received_messages", () => Sum(static c => c.Received)),
            Counter("net", "sent_messages", () => Sum(static c => c.Sent)),
            Counter("net", "failed_sends", () => Sum(static c => c.SendFailed)),
            Counter("net", "kernel_drops", () => Sum(static c => c.KernelDrops)),
        ];

    private IEnumerable<Statistic> Transactions =>
        [
            Counter("tm", "received_replies", () => Of(ProxyCounter.RepliesReceived)),
            Counter("tm", "relayed_replies", () => Of(ProxyCounter.RepliesForwarded)),
            Counter("tm", "local_replies", () => Of(ProxyCounter.RepliesSent)),
            Counter(
                "tm",
                "UAS_transactions",
                () => Of(TransactionCounter.InviteServerCreated) + Of(TransactionCounter.NonInviteServerCreated)
            ),
            Counter(
                "tm",
                "UAC_transactions",
                () => Of(TransactionCounter.InviteClientCreated) + Of(TransactionCounter.NonInviteClientCreated)
            ),
            Counter("tm", "2xx_transactions", () => Of(TransactionCounter.Final2xx)),
            Counter("tm", "3xx_transactions", () => Of(TransactionCounter.Final3xx)),
            Counter("tm", "4xx_transactions", () => Of(TransactionCounter.Final4xx)),
            Counter("tm", "5xx_transactions", () => Of(TransactionCounter.Final5xx)),
            Counter("tm", "6xx_transactions", () => Of(TransactionCounter.Final6xx)),
            State(
                "tm",
                "inuse_transactions",
                () => application.Transactions.ServerTransactionCount + application.Transactions.ClientTransactionCount
            ),
            Counter("tm", "retransmitted_requests", () => Of(TransactionCounter.RequestsRetransmitted)),
            Counter("tm", "retransmitted_replies", () => Of(TransactionCounter.ResponsesRetransmitted)),
            Counter("tm", "client_timeouts", () => Of(TransactionCounter.ClientTimeouts)),
            Counter("tm", "server_timeouts", () => Of(TransactionCounter.ServerTimeouts)),
        ];

    private IEnumerable<Statistic> Stateless =>
        [
            Counter("sl", "2xx_replies", () => Of(TransactionCounter.Stateless2xx)),
            Counter("sl", "3xx_replies", () => Of(TransactionCounter.Stateless3xx)),
            Counter("sl", "4xx_replies", () => Of(TransactionCounter.Stateless4xx)),
            Counter("sl", "5xx_replies", () => Of(TransactionCounter.Stateless5xx)),
            Counter("sl", "6xx_replies", () => Of(TransactionCounter.Stateless6xx)),
            Counter("sl", "sent_replies", () => Of(TransactionCounter.StatelessReplies)),
            Counter("sl", "received_ACKs", () => Of(TransactionCounter.AcksAbsorbed)),
        ];

    private static Statistic Counter(string group, string name, Func<long> read) => new(group, name, read) { IsCounter = true };

    private static Statistic State(string group, string name, Func<long> read) => new(group, name, read);

    private long Requests()
    {
        long sum = 0;
        foreach (SipMethod method in Methods)
            sum += application.Counters.Requests(method);
        return sum;
    }

    private long Of(ProxyCounter counter) => application.Counters[counter];

    private long Of(TransactionCounter counter) => application.Transactions.Statistics[counter];

    /// <summary>Over all listeners; a network in memory counts nothing.</summary>
    private long Sum(Func<SipTransportCounters, long> of) => (application.Transport as SipTransport)?.Counters.Sum(of) ?? 0;

    private long Waiting(SipProtocol protocol) => KernelQueues.Waiting(application.Transport.Listeners, protocol);
}
