using System.CommandLine;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>Turns what goes wrong in a command into one line on standard errors and an exit code.</summary>
internal static class Faults
{
    public static async Task<int> CatchAsync(ParseResult parsed, Func<Task<int>> work, CancellationToken stop)
    {
        try
        {
            return await work();
        }
        catch (CommandException error)
        {
            Say(parsed, error.Message);
            return error.ExitCode;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Done;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Say(parsed, error.Message.ReplaceLineEndings(" "));
            return error is FileNotFoundException or DirectoryNotFoundException ? ExitCodes.NoInput : ExitCodes.CannotWrite;
        }
    }

    public static void Say(ParseResult parsed, string text) =>
        parsed.InvocationConfiguration.Error.WriteLine("parley: " + TerminalText.Clean(text));

    /// <summary>Reads a file, or standard input for <c>-</c>.</summary>
    public static async Task<string> ReadAsync(string path, CancellationToken stop)
    {
        try
        {
            return path == "-" ? await Console.In.ReadToEndAsync(stop) : await File.ReadAllTextAsync(path, stop);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.NoInput, $"{path}: cannot be read: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }
}
