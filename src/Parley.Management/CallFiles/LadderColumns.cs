using Parley.Hosting;

namespace Parley.Management;

/// <summary>The participants of a ladder, in the order in which they come up; those that find no room share the last column.</summary>
internal sealed class LadderColumns
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    /// <param name="file">The call.</param>
    /// <param name="most">How many columns there is room for, 2 or more.</param>
    public LadderColumns(CallFile file, int most)
    {
        foreach (CallFileMessage message in file.Messages)
        {
            Add(message.From);
            Add(message.To);
        }

        if (_names.Count == 0)
            Add(CallFile.Ours);
        if (_names.Count <= most)
            return;
        for (int i = most - 1; i < _names.Count; i++)
            _places[_names[i]] = most - 1;
        HasOthers = true;
        _names.RemoveRange(most - 1, _names.Count - most + 1);
        _names.Add("others");
    }

    public int Count => _names.Count;

    /// <summary>Whether the last column is that of several.</summary>
    public bool HasOthers { get; }

    public string this[int index] => _names[index];

    public int PlaceOf(string participant) => _places[participant];

    /// <summary>Whose entry the steps stand at: the proxy's column.</summary>
    public int Ours => _places.GetValueOrDefault(CallFile.Ours);

    private void Add(string name)
    {
        if (_places.TryAdd(name, _names.Count))
            _names.Add(name);
    }
}
