using Parley.Sip;

namespace Parley.Transport;

/// <summary>The order in which SRV records are tried (RFC 2782): by priority, within a priority by weighted chance.</summary>
internal static class SrvOrder
{
    /// <summary>More records than this are not looked at.</summary>
    public const int MaxRecords = 64;

    /// <summary>Writes the places of the records in the order to try; returns how many.</summary>
    public static int Choose(ReadOnlySpan<DnsSrv> records, SipRandom random, Span<int> order)
    {
        var count = Math.Min(records.Length, order.Length);
        for (var i = 0; i < count; i++)
            order[i] = i;
        // Insertion sort by priority, weight 0 first within one (the RFC's "placed at the beginning"): stable, a handful of records.
        for (var i = 1; i < count; i++)
        {
            for (var j = i; j > 0 && Key(records[order[j]]) < Key(records[order[j - 1]]); j--)
                (order[j], order[j - 1]) = (order[j - 1], order[j]);
        }
        for (var start = 0; start < count; )
        {
            var end = start;
            while (end < count && records[order[end]].Priority == records[order[start]].Priority)
                end++;
            Shuffle(records, random, order[start..end]);
            start = end;
        }
        return count;
    }

    private static int Key(in DnsSrv record) => (record.Priority << 1) | (record.Weight > 0 ? 1 : 0);

    private static void Shuffle(ReadOnlySpan<DnsSrv> records, SipRandom random, Span<int> order)
    {
        var sum = 0;
        foreach (var i in order)
            sum += records[i].Weight;
        for (var next = 0; next < order.Length - 1; next++)
        {
            var mark = random.Next(sum + 1);
            var running = 0;
            var chosen = next;
            for (var i = next; i < order.Length; i++)
            {
                running += records[order[i]].Weight;
                if (running >= mark)
                {
                    chosen = i;
                    break;
                }
            }
            var place = order[chosen];
            order[next..chosen].CopyTo(order[(next + 1)..]); // the others keep their order
            order[next] = place;
            sum -= records[place].Weight;
        }
    }
}
