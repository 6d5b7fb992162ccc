namespace Parley.Transactions;

/// <summary>Counts what the transaction floor does. Reading is a sum over a few cells; counting does not make the workers wait for each other.</summary>
public sealed class TransactionStatistics
{
    private const int Cells = 16;
    private const int Kinds = 48;

    private readonly long[] _counts = new long[Cells * Kinds];

    /// <summary>The number counted so far.</summary>
    /// <param name="counter">Of what.</param>
    public long this[TransactionCounter counter]
    {
        get
        {
            if (!Enum.IsDefined(counter))
                throw new ArgumentOutOfRangeException(nameof(counter));
            long sum = 0;
            for (int cell = 0; cell < Cells; cell++)
                sum += Volatile.Read(ref _counts[(cell * Kinds) + (int)counter]);
            return sum;
        }
    }

    /// <summary>Counts a server transaction by the class of its final response.</summary>
    internal void CountFinal(int statusCode) => Count(TransactionCounter.Final2xx + (statusCode / 100) - 2);

    /// <summary>Counts a response without a transaction, and its class.</summary>
    internal void CountStateless(int statusCode)
    {
        Count(TransactionCounter.StatelessReplies);
        Count(TransactionCounter.Stateless2xx + (statusCode / 100) - 2);
    }

    internal void Count(TransactionCounter counter) =>
        Interlocked.Increment(ref _counts[((Environment.CurrentManagedThreadId & (Cells - 1)) * Kinds) + (int)counter]);
}
