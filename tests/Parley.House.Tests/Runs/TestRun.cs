using System.Diagnostics;
using Xunit;

namespace Parley.House.Tests.Runs;

/// <summary>A test project run as ./test runs it.</summary>
internal sealed record TestRun(int ExitCode, string Output)
{
    /// <summary>Runs some tests of a project, built beside these tests in the same configuration.</summary>
    /// <param name="project">Its name.</param>
    /// <param name="temporary">Its temporary folder.</param>
    /// <param name="arguments">Which tests.</param>
    public static Task<TestRun> StartAsync(string project, string temporary, params string[] arguments) =>
        StartAsync(temporary, [PathOf(project), .. arguments, "--progress", "off", "--no-ansi"]);

    /// <summary>Runs some tests of this project by <c>eng/bounded-tests</c>.</summary>
    /// <param name="seconds">The bound.</param>
    /// <param name="temporary">Its temporary folder.</param>
    /// <param name="arguments">Which tests.</param>
    public static Task<TestRun> StartBoundedAsync(int seconds, string temporary, params string[] arguments) =>
        StartAsync(temporary, [Repository.PathOf("eng/bounded-tests"), $"{seconds}", PathOf("Parley.House.Tests"), .. arguments]);

    private static string PathOf(string project)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Repository.PathOf($"tests/{project}/bin/{configuration}/net10.0/{project}");
    }

    private static async Task<TestRun> StartAsync(string temporary, string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        start.Environment["TMPDIR"] = temporary;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new TestRun(process.ExitCode, await output + await errors);
    }
}
