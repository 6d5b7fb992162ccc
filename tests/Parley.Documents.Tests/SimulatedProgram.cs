using Microsoft.Extensions.Logging;
using Parley.Hosting;

namespace Parley.Documents.Tests;

/// <summary>What the compiled snippets call in place of the real builder, sockets, loop and HTTP; the fixture of the running test does it.</summary>
public static class SimulatedProgram
{
    internal static SnippetFixture? Current { get; set; }

    public static ParleyApplicationBuilder CreateBuilder(string[]? args = null)
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder(args);
        builder.Logging.ClearProviders();
        return Current!.Prepare(builder);
    }

    public static ParleyApplication Build(ParleyApplicationBuilder builder) => Current!.Build(builder);

    public static T Build<T>(T other)
        where T : class => throw new NotSupportedException($"The simulation builds applications, not {other.GetType()}.");

    public static void Run(ParleyApplication application) => Current!.Run(application);

    public static Task RunAsync(ParleyApplication application)
    {
        Current!.Run(application);
        return Task.CompletedTask;
    }

    public static HttpClient NewHttpClient() => new(Current!.Http) { BaseAddress = null };
}
