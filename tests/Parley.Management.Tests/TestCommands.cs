using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Parley.Hosting;

namespace Parley.Management.Tests;

/// <summary>Commands of a module of the application's own.</summary>
internal sealed class TestCommands : IMiCommandSource
{
    private static TaskCompletionSource s_go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private static int s_waiting;

    public static int Waiting => Volatile.Read(ref s_waiting);

    public IEnumerable<MiCommand> Commands =>
        [
            new(
                "test",
                "two_ways",
                static (arguments, _) =>
                    ValueTask.FromResult(Text(string.Join(',', arguments.Values.Select(static v => $"{v.Key}={v.Value}"))))
            )
            {
                ParameterSets =
                [
                    [MiParameter.Text("a")],
                    [MiParameter.Text("b")],
                ],
            },
            new("test", "fails", static (_, _) => throw new InvalidOperationException("on purpose")),
            new(
                "test",
                "breaks_off",
                static (_, _) =>
                    ValueTask.FromResult(
                        MiResult.Stream(
                            static async (output, cancellation) =>
                            {
                                output.Json.WriteStartArray();
                                for (int i = 0; i < 10_000; i++)
                                {
                                    output.Json.WriteNumberValue(i);
                                    await output.StepAsync(cancellation);
                                }

                                throw new InvalidOperationException("on purpose");
                            }
                        )
                    )
            ),
            new(
                "test",
                "waits",
                static async (_, _) =>
                {
                    Interlocked.Increment(ref s_waiting);
                    await s_go.Task;
                    Interlocked.Decrement(ref s_waiting);
                    return MiResult.Ok;
                }
            ),
            new("other", "list", static (_, _) => ValueTask.FromResult(Text("other"))),
        ];

    public static void Go() => Interlocked.Exchange(ref s_go, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private static MiResult Text(string text) => MiResult.Json(json => json.WriteStringValue(text));
}

internal static class TestServices
{
    public static void AddCommand(this IServiceCollection services) => services.AddSingleton<IMiCommandSource, TestCommands>();

    public static void AddReader(this IServiceCollection services) =>
        services.Replace(ServiceDescriptor.Singleton<IManagementAccess, Reader>());

    public static void AddHello(this IServiceCollection services) => services.AddSingleton<IManagementEndpoints, Hello>();

    /// <summary>A path of a module's own, with a service of the listener's.</summary>
    private sealed class Hello : IManagementEndpoints
    {
        public void AddServices(IServiceCollection services) => services.AddSingleton(new Uri("urn:hello"));

        public void Map(IEndpointRouteBuilder endpoints) =>
            endpoints.MapGet(
                "/hello",
                static context =>
                    context.Response.WriteAsync(
                        $"{context.RequestServices.GetRequiredService<Uri>()} {context.ManagementCaller.Transport} {context.ManagementCaller.MayChange}"
                    )
            );
    }

    private sealed class Reader : IManagementAccess
    {
        public bool ProtectsOtherAddresses => true;

        public ValueTask<ManagementCaller?> AdmitAsync(HttpContext context) =>
            ValueTask.FromResult<ManagementCaller?>(new ManagementCaller("reader", "http", MayChange: false));
    }
}
