using Parley.Sip;

namespace Parley.Transactions;

/// <summary>
/// Client transactions by the stream connection that carries their request, so that all of them are informed when it closes. A list per connection,
/// linked by the numbers of the pooled transactions: a request costs two look-ups and no memory of its own, one over UDP nothing.
/// </summary>
internal sealed class CarriedClients(ClientTransactions clients)
{
    private const int StripeCount = 16; // a power of two

    private readonly Stripe[] _stripes = MakeStripes();

    /// <summary>In the strand of the transaction: it waits for an answer to what left by this connection.</summary>
    public void Add(ClientTransaction transaction, long connectionId)
    {
        Stripe stripe = StripeOf(connectionId);
        lock (stripe)
        {
            uint first = stripe.Heads.GetValueOrDefault(connectionId);
            ClientTransaction.Carriage carriage = transaction.StreamCarriage;
            carriage.Carrier = connectionId;
            carriage.Next = first;
            carriage.Previous = 0;
            uint own = NumberOf(transaction);
            if (first != 0)
                At(first).StreamCarriage.Previous = own;
            stripe.Heads[connectionId] = own;
        }
    }

    /// <summary>In the strand of the transaction: it does not wait any more.</summary>
    public void Remove(ClientTransaction transaction)
    {
        if (transaction.StreamCarriageOrNull is not { } carriage)
            return;
        long connectionId = Volatile.Read(ref carriage.Carrier);
        if (connectionId == 0)
            return;
        Stripe stripe = StripeOf(connectionId);
        lock (stripe)
        {
            // The connection may have died meanwhile, and let go of it.
            if (carriage.Carrier != connectionId)
                return;
            carriage.Carrier = 0;
            uint next = carriage.Next,
                previous = carriage.Previous;
            if (next != 0)
                At(next).StreamCarriage.Previous = previous;
            if (previous != 0)
                At(previous).StreamCarriage.Next = next;
            else if (next != 0)
                stripe.Heads[connectionId] = next;
            else
                stripe.Heads.Remove(connectionId);
        }
    }

    /// <summary>Informs all transactions of a connection that it is gone.</summary>
    public void Lost(long connectionId)
    {
        List<(ClientTransaction Transaction, uint Generation)>? lost = null;
        Stripe stripe = StripeOf(connectionId);
        lock (stripe)
        {
            if (!stripe.Heads.Remove(connectionId, out uint number))
                return;
            lost = [];
            while (number != 0)
            {
                ClientTransaction transaction = At(number);
                lost.Add((transaction, transaction.Generation));
                ClientTransaction.Carriage carriage = transaction.StreamCarriage;
                number = carriage.Next;
                carriage.Carrier = 0;
                carriage.Next = carriage.Previous = 0;
            }
        }

        foreach ((ClientTransaction transaction, uint generation) in lost)
            transaction.PostConnectionLost(generation, connectionId);
    }

    /// <summary>How many connections carry something, for tests.</summary>
    internal int Count =>
        _stripes.Sum(static stripe =>
        {
            lock (stripe)
                return stripe.Heads.Count;
        });

    private static Stripe[] MakeStripes()
    {
        var stripes = new Stripe[StripeCount];
        for (int i = 0; i < StripeCount; i++)
            stripes[i] = new Stripe();
        return stripes;
    }

    private static uint NumberOf(ClientTransaction transaction) =>
        ((transaction.Index << 1) | (transaction.Method == SipMethod.Invite ? 1u : 0u)) + 1;

    private ClientTransaction At(uint number) => clients.At((number - 1) >> 1, invite: ((number - 1) & 1) != 0)!;

    private Stripe StripeOf(long connectionId) => _stripes[connectionId & (StripeCount - 1)];

    private sealed class Stripe
    {
        public Dictionary<long, uint> Heads { get; } = [];
    }
}
