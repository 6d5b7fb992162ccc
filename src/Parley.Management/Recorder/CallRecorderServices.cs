using Microsoft.Extensions.DependencyInjection;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>Adds the recorder alone to an application: without listeners, for replays and trials.</summary>
public static class CallRecorderServices
{
    /// <summary>Adds the recorder; <see cref="ICallRecorder"/> is in the services then. An application with <c>AddManagement</c> has it already.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes the options; null: the defaults.</param>
    /// <returns>The builder.</returns>
    public static ParleyApplicationBuilder AddCallRecorder(this ParleyApplicationBuilder builder, Action<RecorderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = (ManagementOptions?)
            builder.Services.FirstOrDefault(static s => s.ServiceType == typeof(ManagementOptions))?.ImplementationInstance;
        if (options is null)
        {
            options = new ManagementOptions();
            builder.Services.AddSingleton(options);
            builder.Services.AddRecorder();
        }

        configure?.Invoke(options.Recorder);
        return builder;
    }
}
