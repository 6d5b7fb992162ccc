using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Registrar;
using Parley.Transport;

namespace Parley.Management;

/// <summary>Adds call files to the management side.</summary>
internal static class CallFileServices
{
    public static void AddCallFiles(IServiceCollection services)
    {
        services.AddSingleton(static s => new CallSaving(
            s.GetRequiredService<ICallRecorder>(),
            s.GetRequiredService<ISipTransport>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetService<ISavedSettings>(),
            s.GetService<LocationTable>(),
            s.GetService<IDialogApi>()
        ));
        // What they need is made when it is first asked for: the application has to be there.
        services.AddSingleton<IManagementEndpoints>(static s => new CallFileEndpoints(
            s.GetRequiredService<CallSaving>,
            s.GetRequiredService<ILoggerFactory>()
        ));
        services.AddSingleton<IManagementEndpoints>(static s => new ExplainEndpoints(
            s.GetService<IRequestExplainer>,
            s.GetRequiredService<ILoggerFactory>()
        ));
    }
}
