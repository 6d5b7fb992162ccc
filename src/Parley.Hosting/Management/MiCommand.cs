namespace Parley.Hosting;

/// <summary>
/// A command of the management interface: its names, the sets of parameters that it takes, and what it does. Modules add theirs by
/// an <see cref="IMiCommandSource"/> in the services.
/// </summary>
public sealed class MiCommand
{
    /// <summary>Describes a command.</summary>
    /// <param name="module">The module that has it ("dialog").</param>
    /// <param name="name">Its name in the module ("list"): it is called as <c>dialog:list</c>, and as <c>list</c> when no other module has that name.</param>
    /// <param name="handler">What it does.</param>
    /// <exception cref="ArgumentException">A name is empty or holds a colon.</exception>
    public MiCommand(string module, string name, MiHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Module = Checked(module, nameof(module));
        Name = Checked(name, nameof(name));
        Handler = handler;
    }

    /// <summary>The module that has it.</summary>
    public string Module { get; }

    /// <summary>Its name in the module.</summary>
    public string Name { get; }

    /// <summary><c>module:name</c>, as OpenSIPS 4.0 writes it.</summary>
    public string QualifiedName => $"{Module}:{Name}";

    /// <summary>What it does.</summary>
    public MiHandler Handler { get; }

    /// <summary>Further names, such as that of OpenSIPS 3 (<c>dlg_list</c>).</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The sets of parameters it takes; one without any by default. A call fits one of them, or is refused.</summary>
    public IReadOnlyList<IReadOnlyList<MiParameter>> ParameterSets { get; init; } =
    [
        [],
    ];

    /// <summary>Parameters are given by name, never by position.</summary>
    public bool NamedOnly { get; init; }

    /// <summary>It changes something: each call is logged with its caller, and a caller that may only read is refused.</summary>
    public bool Changes { get; init; }

    /// <summary>Of one that changes something: called without parameters it only reads.</summary>
    public bool ReadsWithoutParameters { get; init; }

    /// <summary>One sentence for <c>help</c>.</summary>
    public string Help { get; init; } = "";

    private static string Checked(string text, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text, name);
        return text.Contains(':', StringComparison.Ordinal) ? throw new ArgumentException("A name holds no colon.", name) : text;
    }
}
