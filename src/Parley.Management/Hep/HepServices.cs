using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Transport;

namespace Parley.Management;

/// <summary>Adds HEP to the management side.</summary>
internal static class HepServices
{
    public static void AddHep(IServiceCollection services)
    {
        services.AddSingleton(static s => new HepService(
            s.GetRequiredService<ManagementOptions>().Hep,
            s.GetRequiredService<ISipTransport>(),
            s.GetServices<IHepSink>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>()
        ));
        services.AddSingleton<IHostedService>(static s => s.GetRequiredService<HepService>());
        services.AddSingleton<IHepSink>(static s => new HepRecording(
            s.GetRequiredService<RecorderService>(),
            s.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<IManagementEndpoints>(static s => new HepEndpoints(
            s.GetRequiredService<HepService>(),
            s.GetRequiredService<ILoggerFactory>()
        ));
        services.AddSingleton<IMiCommandSource>(static s => new HepCommands(s.GetRequiredService<HepService>()));
        services.AddSingleton<IStatisticSource>(static s => s.GetRequiredService<HepService>());
    }
}
