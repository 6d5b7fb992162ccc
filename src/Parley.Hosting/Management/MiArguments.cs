namespace Parley.Hosting;

/// <summary>What the caller of a management command gave: checked, by name.</summary>
public sealed class MiArguments
{
    private readonly Dictionary<string, object> _values;

    /// <summary>Arguments as they are, e.g. for a test of a handler.</summary>
    /// <param name="values">By name: a <see cref="string"/>, an <see cref="int"/> or a list of texts, as the kind of the parameter says.</param>
    /// <param name="isQualified">See <see cref="IsQualified"/>.</param>
    public MiArguments(IReadOnlyDictionary<string, object>? values = null, bool isQualified = false)
    {
        _values = values is null ? [] : new Dictionary<string, object>(values, StringComparer.Ordinal);
        IsQualified = isQualified;
    }

    /// <summary>The command was called by its <c>module:name</c>, so the reply has the shape of OpenSIPS 4.0.</summary>
    public bool IsQualified { get; }

    /// <summary>How many there are.</summary>
    public int Count => _values.Count;

    /// <summary>What the command turned out to be about, for the line of the log: <c>call-id=... did=...</c>; null: nothing to add.</summary>
    public string? Subject { get; set; }

    /// <summary>The names and values, in the order given.</summary>
    public IEnumerable<KeyValuePair<string, object>> Values => _values;

    /// <summary>Whether the parameter was given.</summary>
    /// <param name="name">Its name.</param>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>A text that must be there.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">The command has no such text.</exception>
    public string Text(string name) => TextOrNull(name) ?? throw new ArgumentException($"There is no text {name}.", nameof(name));

    /// <summary>A text; null when it was not given.</summary>
    /// <param name="name">Its name.</param>
    public string? TextOrNull(string name) => _values.GetValueOrDefault(name) as string;

    /// <summary>A number that must be there.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">The command has no such number.</exception>
    public int Number(string name) =>
        _values.GetValueOrDefault(name) as int? ?? throw new ArgumentException($"There is no number {name}.", nameof(name));

    /// <summary>A list of texts that must be there.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">The command has no such list.</exception>
    public IReadOnlyList<string> List(string name) =>
        _values.GetValueOrDefault(name) as IReadOnlyList<string> ?? throw new ArgumentException($"There is no list {name}.", nameof(name));
}
