using System.Diagnostics;
using Xunit;

namespace Parley.House.Tests;

/// <summary>The benchmarks keep working: each runs one time, measuring nothing. Speed is never a test.</summary>
public class BenchmarkTests
{
    [Fact]
    public Task Every_benchmark_runs() => RunAsync("Parley.Benchmarks", "--once");

    [Fact]
    public Task The_dearest_datagrams_are_found() => RunAsync("Parley.WorstCase", "--way", "OPTIONS", "--repeats", "1", "--limit", "60000");

    private static async Task RunAsync(string name, params string[] arguments)
    {
        // Built beside these tests, in the same configuration.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Repository.PathOf($"bench/{name}/bin/{configuration}/net10.0/{name}.dll");
        ProcessStartInfo start = new("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await output + await errors);
    }
}
