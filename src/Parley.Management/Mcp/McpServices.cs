using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>What the endpoint for language models needs.</summary>
internal static class McpServices
{
    internal static void AddMcp(this IServiceCollection services) =>
        services.AddSingleton<IManagementEndpoints>(static s => new McpEndpoints(
            s.GetRequiredService<ManagementOptions>(),
            s.GetService<ICallRecorder>,
            s.GetRequiredService<StatisticTable>,
            s.GetService<IDialogApi>,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>()
        ));
}
