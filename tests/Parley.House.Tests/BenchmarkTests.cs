using System.Diagnostics;
using Xunit;

namespace Parley.House.Tests;

/// <summary>The benchmarks keep working: each runs one time, measuring nothing. Speed is never a test.</summary>
public class BenchmarkTests
{
    [Fact]
    public async Task Every_benchmark_runs()
    {
        // Built beside these tests, in the same configuration.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Repository.PathOf($"bench/Parley.Benchmarks/bin/{configuration}/net10.0/Parley.Benchmarks.dll");
        ProcessStartInfo start = new("dotnet", [program, "--once"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await output + await errors);
    }
}
