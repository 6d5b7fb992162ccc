using Parley.Sip;

namespace Parley.Transactions;

/// <summary>Counts responses by method and status. Counting neither waits nor allocates, but for the first of a thread's cell: a status that is registered has a place of its own, others share that of their class.</summary>
internal sealed class ResponseCounts
{
    private const int Cells = 16;
    private const int Methods = 16;

    private static readonly int[] s_statuses = Registered();
    private static readonly byte[] s_places = Places();

    // A cell is 9 kB: only those of threads that count are made.
    private readonly long[]?[] _cells = new long[Cells][];

    public void Count(SipMethod method, int statusCode)
    {
        if ((uint)statusCode >= (uint)s_places.Length)
            return;
        ref long[]? cell = ref _cells[Environment.CurrentManagedThreadId & (Cells - 1)];
        long[] counts = Volatile.Read(ref cell) ?? Make(ref cell);
        Interlocked.Increment(ref counts[((int)method * s_statuses.Length) + s_places[statusCode]]);
    }

    /// <summary>Those that are not zero.</summary>
    public List<ResponseCount> Read()
    {
        var counts = new List<ResponseCount>();
        for (int place = 0; place < Methods * s_statuses.Length; place++)
        {
            long sum = 0;
            foreach (long[]? cell in _cells)
            {
                if (cell is not null)
                    sum += Volatile.Read(ref cell[place]);
            }

            if (sum != 0)
                counts.Add(new ResponseCount((SipMethod)(place / s_statuses.Length), s_statuses[place % s_statuses.Length], sum));
        }

        return counts;
    }

    private static long[] Make(ref long[]? cell)
    {
        long[] made = new long[Methods * s_statuses.Length];
        return Interlocked.CompareExchange(ref cell, made, null) ?? made;
    }

    /// <summary>The response codes of IANA's registry for SIP, and x00 of each class.</summary>
    private static int[] Registered() =>
        [
            .. new[] { 100, 180, 181, 182, 183, 199, 200, 202, 204, 300, 301, 302, 305, 380 },
            .. new[] { 400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 412, 413, 414, 415, 416, 417, 420, 421, 422, 423, 424, 425 },
            .. new[]
            {
                428,
                429,
                430,
                433,
                436,
                437,
                438,
                439,
                440,
                469,
                470,
                480,
                481,
                482,
                483,
                484,
                485,
                486,
                487,
                488,
                489,
                491,
                493,
                494,
            },
            .. new[] { 500, 501, 502, 503, 504, 505, 513, 555, 580, 600, 603, 604, 606, 607, 608 },
        ];

    private static byte[] Places()
    {
        byte[] places = new byte[700];
        for (int status = 100; status < places.Length; status++)
        {
            int place = Array.IndexOf(s_statuses, status);
            places[status] = (byte)(place >= 0 ? place : Array.IndexOf(s_statuses, status / 100 * 100));
        }

        return places;
    }
}
