using System.Diagnostics;

namespace Parley.Load;

/// <summary>Programs that are run to their end for what they print.</summary>
internal static class Shell
{
    /// <summary>All that it printed; an error when it cannot be run or fails.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process? process;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new InvalidOperationException($"{program} cannot be run: {error.Message}", error);
        }

        using (process)
        {
            Task<string> output = process!.StandardOutput.ReadToEndAsync(),
                errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            string text = await output + await errors;
            return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {text}");
        }
    }

    /// <summary>The first line that it prints, or what is missing.</summary>
    public static async Task<string> VersionAsync(string program, params string[] arguments)
    {
        try
        {
            return (await RunAsync(program, arguments)).Split('\n')[0].Trim();
        }
        catch (InvalidOperationException)
        {
            return "not installed";
        }
    }
}
