namespace Parley.Management;

/// <summary>The values of one instrument under one set of attributes. Recording neither waits nor allocates.</summary>
internal sealed class MetricSeries
{
    private const int Cells = 8;

    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly double[] _bounds;
    private readonly long[][] _buckets = [];
    private double _value;

    public MetricSeries(ReadOnlySpan<KeyValuePair<string, object?>> tags, double[]? bounds)
    {
        _tags = tags.ToArray();
        _bounds = bounds ?? [];
        Labels = MetricText.Labels(_tags);
        if (bounds is null)
            return;
        _buckets = new long[Cells][];
        for (int i = 0; i < Cells; i++)
            _buckets[i] = new long[bounds.Length + 2]; // the last bucket has no bound; behind it the sum, as the bits of a double
    }

    /// <summary>Its attributes as a reader of Prometheus takes them.</summary>
    public string Labels { get; }

    /// <summary>The next in its bucket of the table.</summary>
    public MetricSeries? Next { get; init; }

    /// <summary>The value of a counter or gauge.</summary>
    public double Value => Volatile.Read(ref _value);

    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _tags.Length)
            return false;
        for (int i = 0; i < tags.Length; i++)
        {
            if (tags[i].Key != _tags[i].Key || !Equals(tags[i].Value, _tags[i].Value))
                return false;
        }

        return true;
    }

    public void Set(double value)
    {
        Volatile.Write(ref _value, value);
    }

    public void Add(double value) => Add(ref _value, value);

    /// <summary>Counts in a histogram.</summary>
    public void Record(double value)
    {
        long[] cell = _buckets[Environment.CurrentManagedThreadId & (Cells - 1)];
        int bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket])
            bucket++;
        Interlocked.Increment(ref cell[bucket]);
        AddBits(ref cell[^1], value);
    }

    /// <summary>Writes the samples of a histogram.</summary>
    public void WriteHistogram(MetricText text, string name, string labels)
    {
        long count = 0;
        for (int bucket = 0; bucket <= _bounds.Length; bucket++)
        {
            foreach (long[] cell in _buckets)
                count += Volatile.Read(ref cell[bucket]);
            text.Sample(name, "_bucket", labels, bucket < _bounds.Length ? _bounds[bucket] : double.PositiveInfinity, count);
        }

        double sum = 0;
        foreach (long[] cell in _buckets)
            sum += BitConverter.Int64BitsToDouble(Volatile.Read(ref cell[^1]));
        text.Sample(name, "_sum", labels, null, sum);
        text.Sample(name, "_count", labels, null, count);
    }

    private static void Add(ref double target, double value)
    {
        double before = Volatile.Read(ref target);
        while (true)
        {
            double found = Interlocked.CompareExchange(ref target, before + value, before);
            if (found.Equals(before))
                return;
            before = found;
        }
    }

    private static void AddBits(ref long target, double value)
    {
        long before = Volatile.Read(ref target);
        while (true)
        {
            long after = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(before) + value);
            long found = Interlocked.CompareExchange(ref target, after, before);
            if (found == before)
                return;
            before = found;
        }
    }
}
