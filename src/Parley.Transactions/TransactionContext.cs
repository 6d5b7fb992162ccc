using Microsoft.Extensions.Logging;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>What all transactions of a layer share: the way out, the clock, buffers, counters, the log.</summary>
internal sealed class TransactionContext(
    ISipTransport transport,
    TimerService timers,
    SipRandom random,
    SipTimerOptions options,
    ILogger logger
)
{
    public ISipTransport Transport { get; } = transport;

    public TimerService Timers { get; } = timers;

    public SipRandom Random { get; } = random;

    public TimerValues Values { get; } = new(options);

    public ILogger Logger { get; } = logger;

    public BufferPool Buffers { get; } = new();

    public TransactionStatistics Statistics { get; } = new();

    public void Count(TransactionCounter counter) => Statistics.Count(counter);

    /// <summary>Counts and logs what a callback of the user threw.</summary>
    public void CallbackFailed(string callback, string callId, Exception error)
    {
        Count(TransactionCounter.CallbackErrors);
        TransactionLog.CallbackFailed(Logger, callback, callId, error);
    }
}
