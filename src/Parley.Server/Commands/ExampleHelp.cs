using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Parley.Server.Commands;

/// <summary>The help of System.CommandLine, with the examples of the command behind it; that of the root has the exit codes.</summary>
internal sealed class ExampleHelp(HelpAction help) : SynchronousCommandLineAction
{
    /// <summary>Puts it in place of the help that the root has.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction action })
                option.Action = new ExampleHelp(action);
        }
    }

    public override bool ClearsParseErrors => help.ClearsParseErrors;

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (command is ExampledCommand { Examples.Count: > 0 } exampled)
        {
            output.WriteLine("Examples:");
            foreach (var example in exampled.Examples)
                output.WriteLine("  " + example);
            output.WriteLine();
        }
        if (command is RootCommand)
        {
            output.WriteLine("Exit codes:");
            foreach (var (number, meaning) in ExitCodes.All)
                output.WriteLine($"  {number, -3} {meaning}");
            output.WriteLine();
        }
        return code;
    }
}
