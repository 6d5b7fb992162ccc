using System.Diagnostics;
using Parley.House.Tests;

namespace Parley.Documents.Tests;

/// <summary>The server's program, as the build of these tests has made it.</summary>
internal static class Server
{
    private static readonly string Program = Repository.PathOf(
        $"src/Parley.Server/bin/{new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name}/net10.0/parley.dll"
    );

    public static Task<(int Code, string Output)> RunAsync(string folder, params string[] arguments) =>
        RunAsync(folder, "dotnet", [Program, .. arguments]);

    /// <summary>Runs a program to its end: its exit code, and what it wrote to both outputs.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await errors);
    }
}
