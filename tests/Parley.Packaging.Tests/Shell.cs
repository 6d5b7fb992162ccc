using System.Diagnostics;
using System.Text;
using Parley.House.Tests;

namespace Parley.Packaging.Tests;

/// <summary>Runs what a user types, in a folder outside the repository, with homes and caches of its own.</summary>
internal sealed class Shell(string home)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Runs lines in bash; the first that fails ends them, and the test with all that was printed.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="script">One command a line.</param>
    /// <returns>Standard output and errors.</returns>
    public async Task<string> RunAsync(string folder, string script)
    {
        using Process process = Start(folder, "bash", "-e", "-c", script);
        var output = new StringBuilder();
        Task reading = Task.WhenAll(CopyAsync(process.StandardOutput, output), CopyAsync(process.StandardError, output));
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            await reading.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"Not over after {Limit}: {script}\n{Text(output)}");
        }
        return process.ExitCode == 0
            ? Text(output)
            : throw new InvalidOperationException($"Exit code {process.ExitCode}: {script}\n{Text(output)}");
    }

    /// <summary>Starts a program with the same environment; the caller ends it.</summary>
    public Process Start(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the machine has restored for the build of these tests serves as an offline source; nothing is written there.
        string restored = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(UserHome, ".nuget", "packages");
        foreach (string name in start.Environment.Keys.Where(static n => n.StartsWith("Parley__", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["HOME"] = home;
        start.Environment.Remove("XDG_STATE_HOME");
        start.Environment.Remove("STATE_DIRECTORY");
        start.Environment["DOTNET_CLI_HOME"] = home;
        start.Environment["NUGET_PACKAGES"] = Path.Combine(home, "packages");
        start.Environment["RestoreFallbackFolders"] = restored;
        start.Environment["NUGET_FALLBACK_PACKAGES"] = restored;
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false";
        start.Environment["DOTNET_SKIP_WORKLOAD_INTEGRITY_CHECK"] = "1";
        // No compiler or build node stays behind.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>The lines of the shell blocks below a heading of a page, as they stand there.</summary>
    public static string Recipe(string page, string heading)
    {
        string text = Repository.Read(page);
        int begin = text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        if (begin < 0)
            throw new InvalidOperationException($"{page} has no heading '{heading}'.");
        int end = text.IndexOf("\n## ", begin + 4, StringComparison.Ordinal);
        string section = end < 0 ? text[begin..] : text[begin..end];
        return string.Join('\n', Blocks(section, "sh"));
    }

    /// <summary>The blocks of one language in a text of Markdown.</summary>
    public static IEnumerable<string> Blocks(string markdown, string language)
    {
        string fence = $"```{language}\n";
        for (int at = 0; (at = markdown.IndexOf(fence, at, StringComparison.Ordinal)) >= 0; )
        {
            int begin = at + fence.Length;
            at = markdown.IndexOf("```", begin, StringComparison.Ordinal);
            yield return markdown[begin..at];
        }
    }

    private static string UserHome => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string Text(StringBuilder output)
    {
        lock (output)
            return output.ToString();
    }

    private static async Task CopyAsync(StreamReader from, StringBuilder to)
    {
        while (await from.ReadLineAsync() is { } line)
            lock (to)
                to.AppendLine(line);
    }
}
