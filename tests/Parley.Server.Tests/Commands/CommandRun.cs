using System.CommandLine;
using Parley.Server.Commands;

namespace Parley.Server.Tests;

/// <summary>A command of the command line, run in the test's process.</summary>
internal sealed record CommandRun(int Code, string Output, string Errors)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static async Task<CommandRun> OfAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await ParleyCommand.InvokeAsync(arguments, new InvocationConfiguration { Output = output, Error = errors });
        return new CommandRun(code, output.ToString().ReplaceLineEndings("\n"), errors.ToString().ReplaceLineEndings("\n"));
    }
}
