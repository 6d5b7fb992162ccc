using Parley.Sip;

namespace Parley.Proxy;

/// <summary>Counts what the proxy does since it began. Reading sums a few cells; counting does not make the workers wait for each other.</summary>
public sealed class ProxyCounters
{
    private const int Cells = 16;
    private const int Methods = 16;
    private const int Kinds = 64;
    private const int Relayed = 48;

    private readonly long[] _counts = new long[Cells * Kinds];

    internal ProxyCounters() { }

    /// <summary>The number counted so far.</summary>
    /// <param name="counter">Of what.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such counter.</exception>
    public long this[ProxyCounter counter]
    {
        get
        {
            if (!Enum.IsDefined(counter))
                throw new ArgumentOutOfRangeException(nameof(counter));
            return Sum(Methods + (int)counter);
        }
    }

    /// <summary>Requests of one method that came, retransmissions not counted.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The number so far.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such method.</exception>
    public long Requests(SipMethod method)
    {
        if (!Enum.IsDefined(method))
            throw new ArgumentOutOfRangeException(nameof(method));
        return Sum((int)method);
    }

    /// <summary>Requests of one method relayed without a transaction; of a proxy with transactions the ACKs of 2xx.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The number so far.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such method.</exception>
    public long StatelessRelayed(SipMethod method)
    {
        if (!Enum.IsDefined(method))
            throw new ArgumentOutOfRangeException(nameof(method));
        return Sum(Relayed + (int)method);
    }

    internal void CountStatelessRelayed(SipMethod method)
    {
        Count(ProxyCounter.StatelessRelayed);
        Add(Relayed + (int)method);
    }

    internal void CountRequest(SipMethod method) => Add((int)method);

    internal void Count(ProxyCounter counter) => Add(Methods + (int)counter);

    private void Add(int kind) => Interlocked.Increment(ref _counts[((Environment.CurrentManagedThreadId & (Cells - 1)) * Kinds) + kind]);

    private long Sum(int kind)
    {
        long sum = 0;
        for (int cell = 0; cell < Cells; cell++)
            sum += Volatile.Read(ref _counts[(cell * Kinds) + kind]);
        return sum;
    }
}
