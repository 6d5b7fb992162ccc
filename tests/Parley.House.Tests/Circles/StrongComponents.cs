namespace Parley.House.Tests.Circles;

/// <summary>Strongly connected components, by Tarjan's algorithm.</summary>
internal sealed class StrongComponents
{
    private readonly Dictionary<string, List<string>> _next = [];
    private readonly Dictionary<string, int> _index = [];
    private readonly Dictionary<string, int> _low = [];
    private readonly Stack<string> _open = new();
    private readonly HashSet<string> _isOpen = [];
    private readonly List<IReadOnlyList<string>> _found = [];

    private StrongComponents() { }

    /// <summary>Every node is in exactly one component; the nodes of each are in alphabetical order.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Of(IEnumerable<string> nodes, IEnumerable<(string From, string To)> edges)
    {
        var search = new StrongComponents();
        foreach (var node in nodes)
            search._next[node] = [];
        foreach (var (from, to) in edges)
            search._next[from].Add(to);
        foreach (var node in search._next.Keys)
        {
            if (!search._index.ContainsKey(node))
                search.Visit(node);
        }
        return search._found;
    }

    private void Visit(string node)
    {
        _index[node] = _low[node] = _index.Count;
        _open.Push(node);
        _isOpen.Add(node);
        foreach (var next in _next[node])
        {
            if (!_index.TryGetValue(next, out var index))
            {
                Visit(next);
                _low[node] = Math.Min(_low[node], _low[next]);
            }
            else if (_isOpen.Contains(next))
            {
                _low[node] = Math.Min(_low[node], index);
            }
        }
        if (_low[node] == _index[node])
            Close(node);
    }

    private void Close(string root)
    {
        var component = new List<string>();
        string node;
        do
        {
            node = _open.Pop();
            _isOpen.Remove(node);
            component.Add(node);
        } while (node != root);
        component.Sort(StringComparer.Ordinal);
        _found.Add(component);
    }
}
