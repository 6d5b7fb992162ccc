using System.Diagnostics;
using Parley.House.Tests.Runs;
using Xunit;

namespace Parley.House.Tests;

/// <summary>A run of tests that hangs ends at its bound, and names what hangs.</summary>
public class BoundedTests
{
    [Theory]
    [InlineData(nameof(Blocks), true)]
    [InlineData(nameof(Waits), false)]
    public async Task A_hanging_test_is_named_and_killed_with_what_it_started(string test, bool isOnAThread)
    {
        using var temporary = new TestFolder("hang");
        TestRun run = await TestRun.StartBoundedAsync(10, temporary.Path, "--explicit", "only", "--filter-method", "*." + test);
        Assert.True(run.ExitCode == 124, run.Output);
        Assert.Contains("NOT ENDED after 10 seconds", run.Output, StringComparison.Ordinal);
        Assert.Contains($"[Long Running Test] 'Parley.House.Tests.BoundedTests.{test}'", run.Output, StringComparison.Ordinal);
        Assert.Equal(isOnAThread, run.Output.Contains($"BoundedTests.{test}()", StringComparison.Ordinal));
        Assert.DoesNotContain(Children(), static child => child.Contains("86399", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_ends_in_time_returns_what_it_returned()
    {
        using var temporary = new TestFolder("hang");
        TestRun good = await TestRun.StartBoundedAsync(120, temporary.Path, "--filter-method", "*.Tests_make_temporary_folders_in_one_way"),
            bad = await TestRun.StartBoundedAsync(120, temporary.Path, "--explicit", "only", "--filter-method", "*.Fails");
        Assert.Equal((0, 2), (good.ExitCode, bad.ExitCode));
        Assert.DoesNotContain("NOT ENDED", good.Output + bad.Output, StringComparison.Ordinal);
    }

    /// <summary>Run by <see cref="A_hanging_test_is_named_and_killed_with_what_it_started"/> alone.</summary>
    [Fact(Explicit = true)]
    public void Blocks()
    {
        using Process process = Process.Start("sleep", "86399");
        process.WaitForExit();
    }

    /// <summary>Run by <see cref="A_hanging_test_is_named_and_killed_with_what_it_started"/> alone.</summary>
    [Fact(Explicit = true)]
    public async Task Waits()
    {
        using Process process = Process.Start("sleep", "86399");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static IEnumerable<string> Children() =>
        Directory.EnumerateDirectories("/proc").Where(static folder => char.IsAsciiDigit(folder[6])).Select(CommandLine);

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (IOException)
        {
            return string.Empty; // It has ended meanwhile.
        }
    }
}
