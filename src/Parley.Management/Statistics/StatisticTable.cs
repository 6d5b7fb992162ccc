using Parley.Hosting;

namespace Parley.Management;

/// <summary>The statistics of an application by group and name. A counter that an operator resets goes on in its floor: what it had is taken off here.</summary>
internal sealed class StatisticTable
{
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, Entry> _byName = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">Two statistics have one name.</exception>
    public StatisticTable(IEnumerable<IStatisticSource> sources)
    {
        foreach (IStatisticSource source in sources)
        foreach (Statistic statistic in source.Statistics)
            Add(new Entry(statistic));
        // A bare name is that of the first group that has it.
        foreach (Entry entry in _entries)
            _byName.TryAdd(entry.Statistic.Name, entry);
    }

    public IReadOnlyList<Entry> All => _entries;

    /// <summary>What a text of an operator names: <c>all</c>, a group (<c>dialog:</c>), or one by its name or whole name. Empty: nothing.</summary>
    public IEnumerable<Entry> Named(string text)
    {
        if (text == "all")
            return _entries;
        if (text.Length > 1 && text.EndsWith(':'))
            return _entries.Where(entry => entry.Statistic.Group.AsSpan().SequenceEqual(text.AsSpan()[..^1]));
        return _byName.TryGetValue(text, out Entry? one) ? [one] : [];
    }

    private void Add(Entry entry)
    {
        if (!_byName.TryAdd(entry.Name, entry))
            throw new ArgumentException($"Two statistics are called {entry.Name}.");
        _entries.Add(entry);
    }

    /// <summary>One statistic, and from where it counts.</summary>
    internal sealed class Entry(Statistic statistic)
    {
        private long _base;

        public Statistic Statistic => statistic;

        /// <summary>With its group.</summary>
        public string Name { get; } = $"{statistic.Group}:{statistic.Name}";

        public long Value => statistic.Read() - Volatile.Read(ref _base);

        /// <summary>Counts from zero again; what is a state of the moment stays.</summary>
        public void Reset()
        {
            if (statistic.IsCounter)
                Volatile.Write(ref _base, statistic.Read());
        }
    }
}
