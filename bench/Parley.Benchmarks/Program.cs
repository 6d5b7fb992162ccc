using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

// Parley.Benchmarks [BenchmarkDotNet options], e.g. --filter '*Parse*';  Parley.Benchmarks --once runs each one time, in this process, and
// fails when one fails: it measures nothing.
if (args is not ["--once"])
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}

ManualConfig once = ManualConfig
    .CreateEmpty()
    .AddJob(Job.Dry.WithToolchain(InProcessNoEmitToolchain.DontLogOutput))
    .AddColumnProvider(BenchmarkDotNet.Columns.DefaultColumnProviders.Instance)
    .AddLogger(NullLogger.Instance)
    .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.DisableOptimizationsValidator)
    .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "once"));
var summaries = BenchmarkRunner.Run(typeof(Program).Assembly, once);
int good = 0,
    bad = 0;
foreach (var report in summaries.SelectMany(static summary => summary.BenchmarksCases.Select(one => (One: one, Report: summary[one]))))
{
    bool isGood = report.Report is { Success: true };
    Console.WriteLine($"{(isGood ? "ok" : "FAILED")} {report.One.Descriptor.GetFilterName()}");
    if (isGood)
        good++;
    else
        bad++;
}

Console.WriteLine($"{good} ran, {bad} failed");
return bad == 0 && good > 0 && !summaries.Any(static summary => summary.HasCriticalValidationErrors) ? 0 : 1;
