using System.CommandLine;
using System.Text;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley completion bash|zsh|fish</c>: scripts made from the commands themselves; completing starts no process.</summary>
internal static class CompletionCommand
{
    public static Command Create(Func<RootCommand> root)
    {
        var shell = new Argument<string>("shell") { Description = "Which shell." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new ExampledCommand(
            "completion",
            "Prints a script that completes commands and options.",
            "source <(parley completion bash)",
            "parley completion zsh > ~/.zfunc/_parley",
            "parley completion fish > ~/.config/fish/completions/parley.fish"
        )
        {
            shell,
        };
        command.SetAction(parsed =>
            parsed.InvocationConfiguration.Output.Write(
                parsed.GetRequiredValue(shell) switch
                {
                    "bash" => Bash(root()),
                    "zsh" => Zsh(root()),
                    _ => Fish(root()),
                }
            )
        );
        return command;
    }

    private static string Bash(RootCommand root)
    {
        var text = new StringBuilder(
            """
            # Completion of parley for bash.
            _parley() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path="" word words="" i
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    case "$path $word" in

            """
        );
        var nodes = CommandTree.Of(root).ToList();
        foreach (var node in nodes.Where(static n => n.Path.Count > 0))
            text.Append($"            \"{PathOf(node)}\") path=\"$path $word\" ;;\n");
        text.Append("        esac\n    done\n    case \"$path:$previous\" in\n");
        foreach (var node in nodes)
        {
            foreach (var option in node.Options.Where(static o => CommandTree.ValuesOf(o).Count > 0))
                text.Append($"        \"{PathOf(node)}:{option.Name}\") words=\"{string.Join(' ', CommandTree.ValuesOf(option))}\" ;;\n");
        }
        text.Append("    esac\n");
        text.Append("    case \"$previous\" in\n");
        var files = nodes.SelectMany(static n => n.Options).Where(static o => o.HelpName == "file").SelectMany(Names).Distinct().ToList();
        text.Append($"        {string.Join('|', files)}) compopt -o default; COMPREPLY=(); return ;;\n    esac\n");
        text.Append("    if [ -z \"$words\" ]; then\n        case \"$path\" in\n");
        foreach (var node in nodes)
            text.Append($"            \"{PathOf(node)}\") words=\"{string.Join(' ', WordsOf(node))}\" ;;\n");
        text.Append(
            """
                    esac
                fi
                COMPREPLY=($(compgen -W "$words" -- "$current"))
            }
            complete -o default -F _parley parley

            """
        );
        return text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private static string Zsh(RootCommand root)
    {
        var text = new StringBuilder(
            """
            #compdef parley
            # Completion of parley for zsh.
            _parley() {
                local route="" word i
                local -a found
                for ((i = 2; i < CURRENT; i++)); do
                    word=${words[i]}
                    case "$route $word" in

            """
        );
        var nodes = CommandTree.Of(root).ToList();
        foreach (var node in nodes.Where(static n => n.Path.Count > 0))
            text.Append($"            \"{PathOf(node)}\") route=\"$route $word\" ;;\n");
        text.Append("        esac\n    done\n    case \"$route:${words[CURRENT-1]}\" in\n");
        foreach (var node in nodes)
        {
            foreach (var option in node.Options.Where(static o => CommandTree.ValuesOf(o).Count > 0))
                text.Append(
                    $"        \"{PathOf(node)}:{option.Name}\") compadd {string.Join(' ', CommandTree.ValuesOf(option))}; return ;;\n"
                );
        }
        text.Append("    esac\n    case \"$route\" in\n");
        foreach (var node in nodes)
        {
            text.Append($"        \"{PathOf(node)}\") found=(\n");
            foreach (var child in node.Command.Subcommands.Where(static c => !c.Hidden))
                text.Append($"            {Quoted($"{child.Name}:{child.Description}")}\n");
            foreach (var value in node.Command.Arguments.SelectMany(CommandTree.ValuesOf))
                text.Append($"            {Quoted(value)}\n");
            foreach (var option in node.Options)
                text.Append($"            {Quoted($"{option.Name}:{option.Description}")}\n");
            text.Append("        ) ;;\n");
        }
        text.Append(
            """
                esac
                _describe 'parley' found || _files
            }
            if [ "$funcstack[1]" = "_parley" ]; then _parley "$@"; else compdef _parley parley; fi

            """
        );
        return text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private static string Fish(RootCommand root)
    {
        var text = new StringBuilder(
            """
            # Completion of parley for fish.
            function __parley_at
                set -l words (commandline -opc)
                set -l path
                for word in $words[2..-1]
                    string match -q -- '-*' $word; or set -a path $word
                end
                test "$path" = "$argv"; or test (count $argv) -gt 0 -a "$path[1..(count $argv)]" = "$argv"; or test (count $argv) -eq 0 -a (count $path) -eq 0
            end

            """
        );
        foreach (var node in CommandTree.Of(root))
        {
            var condition = $"-n '__parley_at{string.Concat(node.Path.Select(static p => " " + p))}'";
            foreach (var child in node.Command.Subcommands.Where(static c => !c.Hidden))
                text.Append($"complete -c parley {condition} -f -a {child.Name} -d {Quoted(child.Description ?? "")}\n");
            foreach (var value in node.Command.Arguments.SelectMany(CommandTree.ValuesOf))
                text.Append($"complete -c parley {condition} -f -a {value}\n");
            foreach (var option in node.Options)
            {
                var names = string.Concat(
                    Names(option)
                        .Select(static n =>
                            n.StartsWith("--", StringComparison.Ordinal) ? $" -l {n[2..]}"
                            : n is ['-', _] ? $" -s {n[1..]}"
                            : ""
                        )
                );
                var values = CommandTree.ValuesOf(option);
                var value =
                    values.Count > 0 ? $" -x -a '{string.Join(' ', values)}'"
                    : option.HelpName == "file" ? " -r -F"
                    : option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0 ? ""
                    : " -x";
                text.Append($"complete -c parley {condition}{names}{value} -d {Quoted(option.Description ?? "")}\n");
            }
        }
        return text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(Option option) =>
        new[] { option.Name }.Concat(option.Aliases).Where(static n => n[0] == '-' && n != "-?").Distinct();

    private static IEnumerable<string> WordsOf(CommandTree.Node node) =>
        node
            .Command.Subcommands.Where(static c => !c.Hidden)
            .Select(static c => c.Name)
            .Concat(node.Command.Arguments.SelectMany(CommandTree.ValuesOf))
            .Concat(node.Options.Select(static o => o.Name));

    private static string PathOf(CommandTree.Node node) => string.Concat(node.Path.Select(static p => " " + p));

    private static string Quoted(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
