using System.CommandLine;

namespace Parley.Server.Commands;

/// <summary>A command with examples, which its help and the manual show.</summary>
internal sealed class ExampledCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Whole command lines.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}
