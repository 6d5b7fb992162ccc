using System.CommandLine;
using System.Text;

namespace Parley.Server.Commands;

/// <summary>The hidden command <c>parley manual</c>: the page parley(1), made from the commands themselves.</summary>
internal static class ManualCommand
{
    public static Command Create(Func<RootCommand> root)
    {
        var command = new Command("manual", "Prints the manual page parley(1).") { Hidden = true };
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.Write(Page(root())));
        return command;
    }

    private static string Page(RootCommand root)
    {
        var page = new StringBuilder();
        var nodes = CommandTree.Of(root).ToList();
        page.Append(".TH PARLEY 1 \"\" \"Parley\" \"User Commands\"\n");
        page.Append(".SH NAME\nparley \\- SIP proxy server in which every call is a dialog object\n");
        page.Append(".SH SYNOPSIS\n.B parley\n.I command\n.RI [ options ]\n");
        page.Append(".SH DESCRIPTION\n");
        page.Append(
            Escape(
                "parley run is the server. The other commands look at a running one, by default that on this machine, check and write settings, and look after the database."
            )
        );
        page.Append('\n');
        Options(page, nodes[0].Options, ".SH OPTIONS OF ALL COMMANDS\n");
        page.Append(".SH COMMANDS\n");
        foreach (var node in nodes.Skip(1))
            Command(page, node, nodes[0].Options);
        page.Append(".SH ENVIRONMENT\n");
        foreach (var (name, meaning) in Environment)
            page.Append($".TP\n.B {Escape(name)}\n{Escape(meaning)}\n");
        page.Append(".SH EXIT STATUS\n");
        foreach (var (code, meaning) in ExitCodes.All)
            page.Append($".TP\n.B {code}\n{Escape(meaning)}\n");
        page.Append(".SH FILES\n.TP\n.I /etc/parley/parley.json\nThe settings of the packaged server.\n");
        page.Append(".TP\n.I /var/lib/parley\nThe database and the key of its Record\\-Routes.\n");
        page.Append(".SH SEE ALSO\n.BR systemctl (1),\n.BR journalctl (1)\n");
        return page.ToString();
    }

    private static IReadOnlyList<(string Name, string Meaning)> Environment { get; } =
    [
        ("PARLEY_URL", "The server that commands speak to, in place of http://127.0.0.1:8888."),
        ("PARLEY_TOKEN, PARLEY_TOKEN_FILE", "The token for it, or a file with the token."),
        ("PARLEY_CA", "A file with certificates in PEM that are trusted in place of the system's."),
        ("NO_COLOR", "When set, no colours."),
        ("Parley__SECTION__KEY", "A setting of the server; it wins over that of the file."),
    ];

    private static void Command(StringBuilder page, CommandTree.Node node, IReadOnlyList<Option> ofAll)
    {
        page.Append($".SS parley {Escape(string.Join(' ', node.Path))}");
        foreach (var argument in node.Command.Arguments)
            page.Append(Escape(argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}"));
        page.Append('\n').Append(Escape(node.Command.Description ?? "")).Append('\n');
        foreach (var argument in node.Command.Arguments)
            page.Append($".TP\n.I {Escape(argument.Name)}\n{Escape(argument.Description ?? "")}{ValuesOf(argument)}\n");
        var own = node.Options.Where(o => ofAll.All(a => a.Name != o.Name)).ToList();
        // Of what asks a server, the common options stand at the parent.
        if (node.Path.Count > 1)
            own = [.. own.Where(static o => !o.Recursive)];
        Options(page, own, "");
        if (node.Command is not ExampledCommand { Examples.Count: > 0 } exampled)
            return;
        page.Append(".PP\nExamples:\n.PP\n.nf\n.RS\n");
        foreach (var example in exampled.Examples)
            page.Append(Escape(example)).Append('\n');
        page.Append(".RE\n.fi\n");
    }

    private static void Options(StringBuilder page, IEnumerable<Option> options, string heading)
    {
        page.Append(heading);
        foreach (var option in options)
        {
            var names = string.Join(", ", new[] { option.Name }.Concat(option.Aliases.Where(static a => a[0] == '-' && a != "-?")));
            var value =
                option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0
                    ? ""
                    : $" \\fI{Escape(option.HelpName ?? "value")}\\fR";
            page.Append($".TP\n\\fB{Escape(names)}\\fR{value}\n{Escape(option.Description ?? "")}{ValuesOf(option)}\n");
        }
    }

    private static string ValuesOf(Symbol symbol) =>
        CommandTree.ValuesOf(symbol) is { Count: > 0 } values ? $" One of {Escape(string.Join(", ", values))}." : "";

    private static string Escape(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped.Length > 0 && escaped[0] is '.' or '\'' ? "\\&" + escaped : escaped;
    }
}
