using System.CommandLine;
using System.CommandLine.Help;

namespace Parley.Server.Commands;

/// <summary>What completion and the manual are made from: all commands with their options.</summary>
internal static class CommandTree
{
    /// <summary>A command, the words that lead to it (none for the root), and the options that it takes.</summary>
    public sealed record Node(Command Command, IReadOnlyList<string> Path, IReadOnlyList<Option> Options);

    /// <summary>The root first, then each command before those below it. Hidden ones are left out.</summary>
    public static IEnumerable<Node> Of(Command root) => Below(root, [], []);

    /// <summary>The values that an option or argument is limited to; none where it is not.</summary>
    public static IReadOnlyList<string> ValuesOf(Symbol symbol) =>
        symbol switch
        {
            Option { ValueType: var type } when type == typeof(bool) => [],
            _ =>
            [
                .. symbol
                    .GetCompletions(System.CommandLine.Completions.CompletionContext.Empty)
                    .Select(static c => c.Label)
                    .Where(static l => l.Length > 0 && l[0] is not ('-' or '/')),
            ],
        };

    private static IEnumerable<Node> Below(Command command, IReadOnlyList<string> path, IReadOnlyList<Option> inherited)
    {
        var own = command.Options.Where(static o => !o.Hidden).ToList();
        var options = own.Concat(inherited.Where(i => own.All(o => o.Name != i.Name))).ToList();
        yield return new Node(command, path, options);
        var recursive = options.Where(static o => o.Recursive || o is HelpOption).ToList();
        foreach (var child in command.Subcommands.Where(static c => !c.Hidden))
        {
            foreach (var node in Below(child, [.. path, child.Name], recursive))
                yield return node;
        }
    }
}
