namespace Parley.Management;

/// <summary>Counts setup times in buckets that each are an eighth of their octave wide, so that a percentile is right to within 9 %. One minute and more is one bucket. Recording neither waits nor allocates.</summary>
internal sealed class SetupTimes
{
    private const int Cells = 4;
    private const int PerOctave = 8;

    // 1 ms to 65 s are 16 octaves.
    private const int Buckets = (16 * PerOctave) + 2;

    private readonly long[][] _cells = [.. Enumerable.Range(0, Cells).Select(static _ => new long[Buckets])];
    private readonly long[] _before = new long[Buckets];
    private readonly long[] _step = new long[Buckets];
    private long _count;

    public void Record(double seconds) =>
        Interlocked.Increment(ref _cells[Environment.CurrentManagedThreadId & (Cells - 1)][BucketOf(seconds * 1000)]);

    /// <summary>Takes what was recorded since the last time. Used by one thread.</summary>
    public void TakeStep()
    {
        _count = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            long sum = 0;
            foreach (long[] cell in _cells)
                sum += Volatile.Read(ref cell[bucket]);
            _step[bucket] = sum - _before[bucket];
            _before[bucket] = sum;
            _count += _step[bucket];
        }
    }

    /// <summary>Of the step taken, the milliseconds that so much of the calls did not exceed; NaN when there was none.</summary>
    /// <param name="part">0 to 1.</param>
    public double Percentile(double part)
    {
        if (_count == 0)
            return double.NaN;
        long rank = Math.Max(1, (long)Math.Ceiling(part * _count)),
            seen = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            seen += _step[bucket];
            if (seen >= rank)
                return UpperBoundOf(bucket);
        }

        return UpperBoundOf(Buckets - 1);
    }

    // Bucket 0: up to 1 ms.
    private static int BucketOf(double milliseconds) =>
        milliseconds <= 1 ? 0 : Math.Min(Buckets - 1, (int)Math.Ceiling(Math.Log2(milliseconds) * PerOctave));

    private static double UpperBoundOf(int bucket) => Math.Round(Math.Pow(2, bucket / (double)PerOctave), 1);
}
