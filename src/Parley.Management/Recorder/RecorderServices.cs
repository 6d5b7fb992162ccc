using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;

namespace Parley.Management;

/// <summary>What the recorder needs.</summary>
internal static class RecorderServices
{
    internal static void AddRecorder(this IServiceCollection services)
    {
        services.AddSingleton(static s => new RecorderService(
            s.GetRequiredService<ParleyApplication>(),
            s.GetRequiredService<ManagementOptions>().Recorder,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>()
        ));
        services.AddSingleton<IHostedService>(static s => s.GetRequiredService<RecorderService>());
        services.AddSingleton(static s => s.GetRequiredService<RecorderService>().Calls);
        services.AddSingleton<ICallRecorder>(static s => s.GetRequiredService<CallReader>());
        services.AddSingleton<IManagementEndpoints>(static s => new CallEndpoints(
            s.GetRequiredService<CallReader>(),
            s.GetRequiredService<ILoggerFactory>(),
            s.GetService<IDialogApi>()
        ));
        services.AddSingleton<IProxyModule>(static s => new RefusalSteps(
            new Lazy<ParleyApplication>(s.GetRequiredService<ParleyApplication>)
        ));
    }
}
