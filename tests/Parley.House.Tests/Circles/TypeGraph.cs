namespace Parley.House.Tests.Circles;

/// <summary>The types of an assembly and how often each refers to another.</summary>
internal sealed class TypeGraph
{
    private readonly SortedSet<string> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<(string From, string To), (int Count, string Place)> _references = [];

    public int TypeCount => _types.Count;

    public void AddType(string name) => _types.Add(name);

    public void AddReference(string from, string to, string place)
    {
        _types.Add(from);
        _types.Add(to);
        _references[(from, to)] = _references.TryGetValue((from, to), out var known) ? (known.Count + 1, known.Place) : (1, place);
    }

    /// <summary>The types that all refer to each other, at least by way of others: the largest such circle first. Single types are none.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Circles() =>
        [.. StrongComponents.Of(_types, _references.Keys).Where(c => c.Count > 1).OrderByDescending(c => c.Count).ThenBy(c => c[0])];

    /// <summary>The references inside a circle, lightest first.</summary>
    public IReadOnlyList<TypeReference> ReferencesWithin(IReadOnlyList<string> circle)
    {
        var members = circle.ToHashSet();
        return
        [
            .. _references
                .Where(r => members.Contains(r.Key.From) && members.Contains(r.Key.To))
                .Select(r => new TypeReference(r.Key.From, r.Key.To, r.Value.Count, r.Value.Place))
                .OrderBy(r => r.Count)
                .ThenBy(r => r.From, StringComparer.Ordinal)
                .ThenBy(r => r.To, StringComparer.Ordinal),
        ];
    }
}
