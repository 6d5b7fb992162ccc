using Parley.Hosting;

namespace Parley.Management;

/// <summary>The commands of an application by all their names.</summary>
internal sealed class MiCommandTable
{
    private readonly Dictionary<string, MiCommand> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ambiguous = new(StringComparer.Ordinal);
    private readonly List<MiCommand> _commands = [];

    /// <exception cref="ArgumentException">Two commands have one name.</exception>
    public MiCommandTable(IEnumerable<IMiCommandSource> sources)
    {
        foreach (IMiCommandSource source in sources)
        foreach (MiCommand command in source.Commands)
            Add(command);
        // A bare name counts where it names one command, and an alias wins over it.
        foreach (MiCommand command in _commands)
            if (
                !_byName.TryAdd(command.Name, command)
                && _byName[command.Name] is { } other
                && other.Name == command.Name
                && other != command
            )
                _ambiguous.Add(command.Name);
        foreach (string name in _ambiguous)
            _byName.Remove(name);
    }

    /// <summary>In the order in which they were added.</summary>
    public IReadOnlyList<MiCommand> Commands => _commands;

    /// <summary>What <c>which</c> lists: of each command the names of OpenSIPS 3, then of all the names with their module.</summary>
    public IEnumerable<string> Names =>
        _commands
            .SelectMany(static command => command.Aliases.Count > 0 ? command.Aliases : [command.Name])
            .Where(_byName.ContainsKey)
            .Concat(_commands.Select(static command => command.QualifiedName));

    public MiCommand? Find(string name) => _byName.GetValueOrDefault(name);

    private void Add(MiCommand command)
    {
        foreach (string name in command.Aliases.Append(command.QualifiedName))
            if (!_byName.TryAdd(name, command))
                throw new ArgumentException($"Two management commands are called {name}.");
        _commands.Add(command);
    }
}
