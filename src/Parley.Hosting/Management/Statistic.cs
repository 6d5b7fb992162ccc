namespace Parley.Hosting;

/// <summary>A number that an operator watches, by the name that the field gives it.</summary>
/// <param name="group">Its group ("dialog").</param>
/// <param name="name">Its name in the group ("active_dialogs").</param>
/// <param name="read">Reads it; cheap, from any thread.</param>
public sealed class Statistic(string group, string name, Func<long> read)
{
    /// <summary>Its group.</summary>
    public string Group { get; } = group;

    /// <summary>Its name in the group.</summary>
    public string Name { get; } = name;

    /// <summary>It only grows, and an operator may count it from zero again; false: it is a state of the moment.</summary>
    public bool IsCounter { get; init; }

    /// <summary>Reads it, counted since the start.</summary>
    public long Read() => read();
}
