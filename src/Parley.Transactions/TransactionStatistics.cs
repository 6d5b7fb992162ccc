using System.Diagnostics.Metrics;
using Parley.Sip;

namespace Parley.Transactions;

/// <summary>Counts what the transaction floor does. Reading is a sum over a few cells; counting does not make the workers wait for each other.</summary>
public sealed class TransactionStatistics
{
    private const int Cells = 16;
    private const int Kinds = 64;
    private const int SentRequests = 48;

    private readonly long[] _counts = new long[Cells * Kinds];
    private readonly ResponseCounts _received = new();
    private readonly ResponseCounts _sent = new();

    /// <summary>The number counted so far.</summary>
    /// <param name="counter">Of what.</param>
    public long this[TransactionCounter counter]
    {
        get
        {
            if (!Enum.IsDefined(counter))
                throw new ArgumentOutOfRangeException(nameof(counter));
            return Sum((int)counter);
        }
    }

    /// <summary>
    /// Where the time from a request to its final response is recorded: seconds, in whole milliseconds, with <c>sip.request.method</c> and
    /// <c>sip.response.status_code</c>. Null, or one that nothing listens to: no time is taken.
    /// </summary>
    public Histogram<double>? ServerTimes { get; set; }

    /// <summary>As <see cref="ServerTimes"/> of the requests sent, from the first copy to the first final response.</summary>
    public Histogram<double>? ClientTimes { get; set; }

    internal bool TakesServerTimes => ServerTimes is { Enabled: true };

    internal bool TakesClientTimes => ClientTimes is { Enabled: true };

    /// <summary>Requests of one method sent in transactions, those sent again not counted.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The number so far.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such method.</exception>
    public long RequestsSent(SipMethod method)
    {
        if (!Enum.IsDefined(method))
            throw new ArgumentOutOfRangeException(nameof(method));
        return Sum(SentRequests + (int)method);
    }

    /// <summary>The responses that came for requests sent in transactions, those that came again not counted. A snapshot; those that are zero are left out.</summary>
    public IReadOnlyList<ResponseCount> ResponsesReceived() => _received.Read();

    /// <summary>The responses sent, those sent again not counted. A snapshot; those that are zero are left out.</summary>
    public IReadOnlyList<ResponseCount> ResponsesSent() => _sent.Read();

    internal void CountSentRequest(SipMethod method) => Add(SentRequests + (int)method);

    internal void CountReceived(SipMethod method, int statusCode) => _received.Count(method, statusCode);

    internal void CountSent(SipMethod method, int statusCode) => _sent.Count(method, statusCode);

    /// <summary>Counts a server transaction by the class of its final response.</summary>
    internal void CountFinal(int statusCode) => Count(TransactionCounter.Final2xx + (statusCode / 100) - 2);

    /// <summary>Counts a response without a transaction, and its class.</summary>
    internal void CountStateless(int statusCode)
    {
        Count(TransactionCounter.StatelessReplies);
        Count(TransactionCounter.Stateless2xx + (statusCode / 100) - 2);
    }

    internal void Count(TransactionCounter counter) => Add((int)counter);

    internal void TookServer(SipMethod method, int statusCode, long milliseconds) =>
        TransactionTimes.Record(ServerTimes, method, statusCode, milliseconds);

    internal void TookClient(SipMethod method, int statusCode, long milliseconds) =>
        TransactionTimes.Record(ClientTimes, method, statusCode, milliseconds);

    private void Add(int kind) => Interlocked.Increment(ref _counts[((Environment.CurrentManagedThreadId & (Cells - 1)) * Kinds) + kind]);

    private long Sum(int kind)
    {
        long sum = 0;
        for (int cell = 0; cell < Cells; cell++)
            sum += Volatile.Read(ref _counts[(cell * Kinds) + kind]);
        return sum;
    }
}
